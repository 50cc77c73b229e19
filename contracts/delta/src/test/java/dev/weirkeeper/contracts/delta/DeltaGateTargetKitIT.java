package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.GateTargetKit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The kit over a Delta table in a folder, read by DuckDB. */
class DeltaGateTargetKitIT extends GateTargetKit {
  private DeltaFixture delta;

  @Override
  protected GateTarget create() throws Exception {
    delta = new DeltaFixture();
    return delta.target().create(DeltaFixture.COLUMNS, List.of()).build();
  }

  @Override
  protected GateTarget again() throws Exception {
    return delta.target().build();
  }

  @Override
  protected List<String> published() throws Exception {
    return delta.rows(
        "coalesce(id::VARCHAR, 'null') || '|' || coalesce(name, 'null') || '|'"
            + " || coalesce(amount::VARCHAR, 'null')");
  }

  @Override
  protected void publishApart(long id, String name) throws Exception {
    delta.append(
        "SELECT "
            + id
            + "::BIGINT AS id, '"
            + name
            + "' AS name, NULL::DECIMAL(10, 2) AS amount, NULL::DATE AS day");
  }

  @Override
  protected void addNote() throws Exception {
    delta.addColumn("note", "string");
  }

  @Override
  protected boolean replays() {
    return false;
  }

  @Override
  protected boolean upserts() {
    return false;
  }

  @AfterEach
  void delete() throws Exception {
    delta.close();
  }
}
