package dev.weirkeeper.drift.impact;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Json;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.SchemaDrift;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Findings of the real detector between tables that are said in words. */
final class Changes {
  static final Asset ORDERS = new Asset("shop", "public.orders");

  private Changes() {}

  /**
   * @param columns {@code id name type}, with an exclamation mark behind if it takes no NULL
   */
  static Relation table(String... columns) {
    return named(ORDERS, "1", columns);
  }

  static Relation named(Asset asset, String id, String... columns) {
    List<Column> built = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.replace("!", "").split(" ", 3);
      built.add(
          new Column(
              parts[0],
              parts[1].replace('_', ' '),
              type(parts[2]),
              column.endsWith("!") ? Nullability.REQUIRED : Nullability.OPTIONAL,
              Default.NONE,
              Optional.empty()));
    }
    return Relation.of(asset, id, new RowIdentity.Key(List.of("1")), built);
  }

  private static Type type(String text) {
    if (!text.startsWith("enum:")) {
      return Type.of(text);
    }
    List<Type.Label> labels = new ArrayList<>();
    for (String label : text.substring("enum:".length()).split(",", -1)) {
      String[] parts = label.split("=", 2);
      labels.add(new Type.Label(parts[0], parts[1]));
    }
    return new Type("public.mood", List.of(), labels);
  }

  static List<Finding> between(Relation from, Relation to) {
    return new SchemaDrift().detect(seen(from), seen(to)).findings();
  }

  private static Observation seen(Relation relation) {
    return new Observation(
        relation.asset(),
        Instant.EPOCH,
        Optional.empty(),
        List.of(new Facet.Schema(relation, Evidence.LOGGED)));
  }

  /** What the pipeline finds itself, without a detail. */
  static Finding ofThePipeline(String kind) {
    return new Finding(
        "pipeline",
        ORDERS,
        kind,
        "",
        Verdict.BREAKING,
        Set.of(Flag.RESYNC),
        Json.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
