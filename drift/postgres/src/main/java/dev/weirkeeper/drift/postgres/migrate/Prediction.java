package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.util.List;

/**
 * What a rehearsal found the schema to be before the first step and after each.
 *
 * @param proof id of the rehearsal's proof
 * @param migration id of the migration
 * @param states as {@link #state} has them, one more than there are steps
 */
public record Prediction(Hash proof, Hash migration, List<Hash> states) {
  public Prediction {
    requireNonNull(proof, "proof");
    requireNonNull(migration, "migration");
    states = List.copyOf(states);
  }

  /**
   * Fingerprint of what a rehearsal can build anew: functions, triggers, extensions and the like
   * are left out, and so are things that only the server itself gives.
   */
  public static Hash state(DatabaseSchema schema) {
    return new DatabaseSchema(
            schema.major(),
            schema.namespaces(),
            schema.enums(),
            schema.domains(),
            schema.sequences(),
            schema.tables(),
            schema.indexes(),
            schema.views(),
            List.of(),
            List.of())
        .fingerprint();
  }

  Hash after(int step) {
    return states.get(step + 1);
  }
}
