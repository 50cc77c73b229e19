package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.memory.Frames;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads frames by the plain way of JDBC, which every driver has. */
public final class ResultSetFrames implements FrameReader {
  private static final int ROWS = 4_096;

  private final Dialect dialect;

  public ResultSetFrames(Dialect dialect) {
    this.dialect = dialect;
  }

  @Override
  public String select(Field field, String column) {
    return switch (field.form()) {
      case PADDED, UUID, EXACT, OTHER -> dialect.cast(column, Phrase.TYPE_TEXT);
      default -> column;
    };
  }

  @Override
  public FrameSource.Cursor open(Connection connection, String sql, Fields fields)
      throws IOException {
    try {
      Statement statement = connection.createStatement();
      try {
        statement.setEscapeProcessing(false);
        statement.setFetchSize(ROWS);
        return new Reading(statement, statement.executeQuery(sql), fields);
      } catch (SQLException e) {
        statement.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException(SqlSession.reason(e), e);
    }
  }

  /** Reads until the rows end. */
  private static final class Reading implements FrameSource.Cursor {
    private final Statement statement;
    private final ResultSet rows;
    private final List<Form> forms;
    private final Frames frames;

    Reading(Statement statement, ResultSet rows, Fields fields) {
      this.statement = statement;
      this.rows = rows;
      this.forms = fields.all().stream().map(Field::form).toList();
      this.frames = new Frames(fields);
    }

    @Override
    public Optional<Frame> next() throws IOException {
      try {
        while (frames.rows() < ROWS && rows.next()) {
          @Nullable Object[] values = new Object[forms.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = Values.read(rows, i + 1, forms.get(i)).orElse(null);
          }
          frames.add(values);
        }
      } catch (SQLException e) {
        throw new IOException(SqlSession.reason(e), e);
      }
      return frames.rows() == 0 ? Optional.empty() : Optional.of(frames.take());
    }

    @Override
    public void close() throws IOException {
      try (statement) {
        rows.close();
      } catch (SQLException e) {
        throw new IOException(SqlSession.reason(e), e);
      }
    }
  }
}
