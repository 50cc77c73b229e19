package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.io.IOException;
import java.sql.Connection;

/** Reads what a query answers as frames, the fastest way that a driver has. */
public interface FrameReader {
  /** SQL of a column's value, in the form in which it is read. */
  String select(Field field, String column);

  /**
   * Runs the query; its columns are those of {@link #select}, in the order of the fields.
   *
   * @throws IOException if the database refuses it; quotes no values
   */
  FrameSource.Cursor open(Connection connection, String sql, Fields fields) throws IOException;
}
