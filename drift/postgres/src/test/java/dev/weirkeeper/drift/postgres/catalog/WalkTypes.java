package dev.weirkeeper.drift.postgres.catalog;

import static dev.weirkeeper.drift.postgres.catalog.WalkModel.quoted;

import dev.weirkeeper.drift.postgres.catalog.WalkModel.EnumType;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Thing;
import java.util.List;

/** Steps of a walk that concern types and sequences. */
final class WalkTypes {
  private static final List<String> OF_DOMAINS =
      List.of(
          "SET DEFAULT 'x'",
          "DROP DEFAULT",
          "SET NOT NULL",
          "DROP NOT NULL",
          "ADD CONSTRAINT ck_one CHECK (length(VALUE) < 100)",
          "DROP CONSTRAINT IF EXISTS ck_one",
          "ADD CONSTRAINT ck_two CHECK (VALUE <> 'it''s')",
          "DROP CONSTRAINT IF EXISTS ck_two");

  private static final List<String> OF_SEQUENCES =
      List.of("INCREMENT 2", "INCREMENT 1", "CACHE 5", "CYCLE", "NO CYCLE", "MAXVALUE 9000");

  private final Walk walk;

  WalkTypes(Walk walk) {
    this.walk = walk;
  }

  List<String> createEnum() {
    if (walk.model.enums.size() > 2) {
      return walk.pick(walk.model.enums, type -> !walk.model.used(type.key))
          .map(
              type -> {
                walk.model.enums.remove(type);
                return List.of("DROP TYPE " + type.sql());
              })
          .orElse(List.of());
    }
    EnumType type = new EnumType(walk.key(), walk.free("public", "e_"));
    type.labels.add(new Thing(walk.key(), "one"));
    type.labels.add(new Thing(walk.key(), "it's two"));
    walk.model.enums.add(type);
    return List.of("CREATE TYPE " + type.sql() + " AS ENUM ('one', 'it''s two')");
  }

  List<String> addLabel() {
    return walk.pick(walk.model.enums)
        .map(
            type -> {
              Thing label = new Thing(walk.key(), "l" + walk.key());
              String sql = "ALTER TYPE " + type.sql() + " ADD VALUE " + Walk.literal(label.name);
              if (walk.chance(2)) {
                Thing before = walk.pick(type.labels).orElseThrow();
                type.labels.add(type.labels.indexOf(before), label);
                return List.of(sql + " BEFORE " + Walk.literal(before.name));
              }
              type.labels.add(label);
              return List.of(sql);
            })
        .orElse(List.of());
  }

  List<String> renameLabel() {
    return walk.pick(walk.model.enums)
        .map(
            type -> {
              Thing label = walk.pick(type.labels).orElseThrow();
              String old = label.name;
              label.name = "r" + walk.key();
              return List.of(
                  "ALTER TYPE "
                      + type.sql()
                      + " RENAME VALUE "
                      + Walk.literal(old)
                      + " TO "
                      + Walk.literal(label.name));
            })
        .orElse(List.of());
  }

  List<String> renameEnum() {
    return walk.pick(walk.model.enums).map(type -> rename("TYPE", type, "e_")).orElse(List.of());
  }

  private List<String> rename(String what, Thing thing, String prefix) {
    String old = thing.sql();
    thing.name = walk.free(thing.schema, prefix);
    return List.of("ALTER " + what + " " + old + " RENAME TO " + quoted(thing.name));
  }

  List<String> domain() {
    if (walk.model.domains.size() < 2) {
      Thing domain = new Thing(walk.key(), walk.free("public", "d_"));
      walk.model.domains.add(domain);
      return List.of("CREATE DOMAIN " + domain.sql() + " AS text");
    }
    Thing domain = walk.pick(walk.model.domains).orElseThrow();
    if (walk.model.used(domain.key)) {
      return rename("DOMAIN", domain, "d_");
    }
    walk.model.domains.remove(domain);
    return List.of("DROP DOMAIN " + domain.sql());
  }

  List<String> changeDomain() {
    return walk.pick(walk.model.domains)
        .map(
            domain -> {
              String change = walk.pick(OF_DOMAINS).orElseThrow();
              String at = "ALTER DOMAIN " + domain.sql() + " ";
              return change.startsWith("ADD CONSTRAINT ")
                  ? List.of(
                      at + "DROP CONSTRAINT IF EXISTS " + change.split(" ", 4)[2], at + change)
                  : List.of(at + change);
            })
        .orElse(List.of());
  }

  List<String> sequence() {
    List<Thing> free =
        walk.model.sequences.stream().filter(each -> !each.body.equals("serial")).toList();
    if (free.size() < 2) {
      Thing sequence = new Thing(walk.key(), walk.free("public", "s_"));
      walk.model.sequences.add(sequence);
      return List.of("CREATE SEQUENCE " + sequence.sql());
    }
    Thing sequence = walk.pick(free).orElseThrow();
    walk.model.sequences.remove(sequence);
    return List.of("DROP SEQUENCE " + sequence.sql());
  }

  List<String> changeSequence() {
    return walk.pick(walk.model.sequences)
        .map(
            sequence ->
                walk.chance(3)
                    ? rename("SEQUENCE", sequence, "s_")
                    : List.of(
                        "ALTER SEQUENCE "
                            + sequence.sql()
                            + " "
                            + walk.pick(OF_SEQUENCES).orElseThrow()))
        .orElse(List.of());
  }
}
