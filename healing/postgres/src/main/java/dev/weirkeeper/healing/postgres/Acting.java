package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Outcome;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.spi.Tool;
import java.sql.SQLException;
import java.util.Optional;

/** What becomes of a change: it is carried out behind the boundary, or proposed to a person. */
interface Acting {
  <C extends TableChange> Outcome perform(Rendering<C> rendering, C change, Tool.Call call);

  /** The state that the change depends on. */
  <C extends TableChange> String fingerprint(Rendering<C> rendering, C change, Tool.Call call)
      throws SQLException;

  /** Reads back what is not as it should be after the change. */
  <C extends TableChange> Optional<String> problem(Rendering<C> rendering, C change, Tool.Call call)
      throws SQLException;
}
