package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Says of which type the body of a record is. The list is closed: whatever this library writes into
 * a journal is in it, so readers, the published schemas and the tests walk one list. Plugins and
 * hosts may write kinds of their own.
 */
public final class RecordKinds {
  private static final SortedMap<String, Class<? extends Record>> BODIES = bodies();

  private RecordKinds() {}

  private static SortedMap<String, Class<? extends Record>> bodies() {
    SortedMap<String, Class<? extends Record>> bodies = new TreeMap<>();
    bodies.put(Act.Started.KIND, Act.Started.class);
    bodies.put(Act.Finished.KIND, Act.Finished.class);
    bodies.put(Act.Refused.KIND, Act.Refused.class);
    bodies.put(Act.Settled.KIND, Act.Settled.class);
    bodies.put(Approval.Request.KIND, Approval.Request.class);
    bodies.put(Approval.Vote.KIND, Approval.Vote.class);
    bodies.put(Freeze.Frozen.KIND, Freeze.Frozen.class);
    bodies.put(Freeze.Thawed.KIND, Freeze.Thawed.class);
    bodies.put(Decided.KIND, Decided.class);
    bodies.put(Gated.Judged.KIND, Gated.Judged.class);
    bodies.put(Gated.Published.KIND, Gated.Published.class);
    bodies.put(Gated.Waived.KIND, Gated.Waived.class);
    bodies.put(JournalRecovered.KIND, JournalRecovered.class);
    bodies.put(LedgerAnchored.KIND, LedgerAnchored.class);
    bodies.put(Migrated.Begun.KIND, Migrated.Begun.class);
    bodies.put(Migrated.Stepping.KIND, Migrated.Stepping.class);
    bodies.put(Migrated.Stepped.KIND, Migrated.Stepped.class);
    bodies.put(Migrated.Ended.KIND, Migrated.Ended.class);
    bodies.put(Migrated.Rehearsed.KIND, Migrated.Rehearsed.class);
    bodies.put(PipelineStarted.KIND, PipelineStarted.class);
    bodies.put(SchemaAccepted.KIND, SchemaAccepted.class);
    bodies.put(Screened.Baseline.KIND, Screened.Baseline.class);
    bodies.put(Screened.Checked.KIND, Screened.Checked.class);
    bodies.put(Screened.Done.KIND, Screened.Done.class);
    bodies.put(Screened.Paused.KIND, Screened.Paused.class);
    bodies.put(Screened.Resumed.KIND, Screened.Resumed.class);
    return Collections.unmodifiableSortedMap(bodies);
  }

  /** The type of each kind's body, sorted by kind. */
  public static SortedMap<String, Class<? extends Record>> all() {
    return BODIES;
  }

  /** The type of the bodies of a kind; empty if the kind is not this library's. */
  public static Optional<Class<? extends Record>> bodyOf(String kind) {
    return Optional.ofNullable(BODIES.get(requireNonNull(kind, "kind")));
  }

  /**
   * The body of a record, typed; empty if its kind is not this library's.
   *
   * @throws IllegalArgumentException if the body is not of the type that its kind has
   */
  public static Optional<Record> read(AuditRecord record) {
    return bodyOf(record.kind()).map(type -> record.body().as(type));
  }
}
