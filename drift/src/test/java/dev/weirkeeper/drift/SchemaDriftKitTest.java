package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Relations.column;
import static dev.weirkeeper.drift.Relations.orders;
import static dev.weirkeeper.drift.Relations.required;
import static dev.weirkeeper.drift.Relations.seen;
import static dev.weirkeeper.drift.Relations.unseen;
import static dev.weirkeeper.drift.Relations.with;

import dev.weirkeeper.Default;
import dev.weirkeeper.Observation;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.testkit.DriftDetectorKit;
import java.util.List;

class SchemaDriftKitTest extends DriftDetectorKit {
  @Override
  protected DriftDetector detector() {
    return new SchemaDrift();
  }

  @Override
  protected List<Observation> history() {
    return List.of(
        unseen(),
        seen(orders(column("2", "note", "text"))),
        seen(
            orders(
                column("2", "remark", "varchar(20)"),
                with(column("3", "n", "int4"), Default.constant("5")))),
        seen(orders(required(column("4", "note", "enum:sad,ok")), column("3", "n", "int8"))),
        seen(orders()));
  }
}
