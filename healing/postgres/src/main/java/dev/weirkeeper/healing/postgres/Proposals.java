package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Outcome;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.spi.Tool;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Does nothing: each change is answered with the script that an administrator may run. Once it was
 * run, the same action finds the change done.
 */
final class Proposals implements Acting {
  private final Access access;

  Proposals(Access access) {
    this.access = access;
  }

  @Override
  public <C extends TableChange> Outcome perform(Rendering<C> rendering, C change, Tool.Call call) {
    try {
      TableImage now = look(rendering, change, call);
      if (rendering.problem(change, now).isEmpty()) {
        return Acts.done(change, Acts.Changed.How.FOUND_DONE, now);
      }
      List<String> statements = rendering.statements(change, now);
      return new Outcome.Refused(
          "Changes of this target are proposed only. Have its administrator run this, then ask for"
              + " the same action again: BEGIN; "
              + lock(rendering, now)
              + String.join("; ", statements)
              + "; COMMIT;");
    } catch (Refusal e) {
      return new Outcome.Refused(e.reason());
    } catch (SQLException e) {
      return new Outcome.Failed(
          change.tool() + " cannot be proposed: the target answers SQLSTATE " + Access.state(e));
    }
  }

  private static String lock(Rendering<?> rendering, TableImage now) throws Refusal {
    return rendering.lock() == Rendering.Lock.NONE
        ? ""
        : "SET LOCAL lock_timeout = '3s'; LOCK TABLE "
            + now.name().sql()
            + " IN "
            + rendering.lock().sql
            + " MODE; ";
  }

  @Override
  public <C extends TableChange> String fingerprint(
      Rendering<C> rendering, C change, Tool.Call call) throws SQLException {
    try {
      return look(rendering, change, call).fingerprint().hex();
    } catch (Refusal e) {
      // The handler refuses it too, and says why.
      return "not a change that can be made";
    }
  }

  @Override
  public <C extends TableChange> Optional<String> problem(
      Rendering<C> rendering, C change, Tool.Call call) throws SQLException {
    try {
      return rendering.problem(change, look(rendering, change, call));
    } catch (Refusal e) {
      return Optional.of(e.reason());
    }
  }

  private <C extends TableChange> TableImage look(Rendering<C> rendering, C change, Tool.Call call)
      throws SQLException, Refusal {
    TableName table = TableName.parse(change.table());
    try (Session session = access.open(Session.Mode.READ, call)) {
      return Catalog.read(session.connection(), table, rendering.types(change, table));
    }
  }
}
