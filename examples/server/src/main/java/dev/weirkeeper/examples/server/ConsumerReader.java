package dev.weirkeeper.examples.server;

import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.drift.taxonomy.Consumer;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.drift.taxonomy.JudgedDrift;
import dev.weirkeeper.drift.taxonomy.RegistryMode;
import java.util.ArrayList;
import java.util.List;

/** Reads the {@code consumers} of the configuration: who reads the data beside the target. */
final class ConsumerReader {
  private ConsumerReader() {}

  static Consumers consumers(Section root) {
    List<Consumer> named = new ArrayList<>();
    root.children("consumers")
        .forEach(
            (id, of) -> {
              Consumer consumer = consumer(id, of);
              of.done();
              // Each by itself, so that what is wrong is said where it stands.
              ConfigReader.said(
                      of,
                      "dialect",
                      () -> {
                        Consumers alone = Consumers.of(List.of(consumer));
                        return new JudgedDrift(new SchemaDrift(), alone);
                      })
                  .ifPresent(known -> named.add(consumer));
            });
    return Consumers.of(named);
  }

  private static Consumer consumer(String id, Section of) {
    String dialect = of.required("dialect", "snowflake");
    String system = of.text("system", id);
    if (dialect.equals(Consumer.AVRO)) {
      return Consumer.subject(id, system, of.choice("mode", RegistryMode.BACKWARD));
    }
    return Consumer.table(id, system, dialect, of.texts("traits").toArray(String[]::new));
  }
}
