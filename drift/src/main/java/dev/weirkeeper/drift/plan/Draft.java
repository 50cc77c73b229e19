package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A migration in the making: what is done so far, and what is not. Used once. */
final class Draft {
  final DatabaseSchema from;
  final DatabaseSchema to;
  final Matching matching;
  final Former former;
  final Upheaval upheaval;
  final PlanOptions options;

  /** The server that all this runs on. */
  final int major;

  final List<Op> ops = new ArrayList<>();
  final List<Refusal> refusals = new ArrayList<>();
  final List<String> remarks = new ArrayList<>();

  /** Things that are not made or not taken away, and so what stays undone with them. */
  private final Map<Item, String> undone = new HashMap<>();

  private final List<Dependency> now;
  private final Set<ObjectName> fresh = new HashSet<>();

  Draft(SchemaComparison comparison, PlanOptions options, Former former, int major) {
    this.from = comparison.from();
    this.to = comparison.to();
    this.matching = comparison.matching();
    this.former = former;
    this.upheaval = new Upheaval(from, matching, former, major);
    this.options = options;
    this.now = Former.now(to);
    this.major = major;
    matching.tables.added().forEach(table -> fresh.add(table.name()));
  }

  /** What depends on what in the new schema. */
  List<Dependency> nowDependencies() {
    return now;
  }

  boolean online() {
    return options.style() == PlanOptions.Style.ONLINE;
  }

  boolean mayDestroy() {
    return options.destruction() == PlanOptions.Destruction.ALLOW;
  }

  /** Whether this migration makes the table: nobody else uses it yet. */
  boolean fresh(ObjectName table) {
    return fresh.contains(table);
  }

  /** A step that knows whether anybody waits for its locks. */
  StepDraft step(String kind, ObjectName on) {
    StepDraft step = StepDraft.of(kind, on);
    return fresh(on) ? step.fresh() : step;
  }

  /** Writes the steps of an operation; names that cannot be written refuse it. */
  Added add(Op.Act act, Item item, int rank, String kind, Supplier<StepDraft> step) {
    return addAll(act, item, rank, kind, () -> List.of(step.get()));
  }

  Added addAll(
      Op.Act act, Item item, int rank, String kind, Supplier<List<StepDraft>> steps) {
    try {
      List<Migration.Step> done =
          steps.get().stream()
              .filter(step -> !step.isEmpty())
              .map(StepDraft::done)
              .toList();
      Added added = new Added(new Op(act, item, rank, done, Set.of(), Set.of(), Set.of()));
      if (!done.isEmpty()) {
        ops.add(added.op);
      }
      return added;
    } catch (Sql.Unwritable e) {
      refuse(kind, item, e.getMessage() + " (" + e.hazard() + ")");
      return new Added(new Op(act, item, rank, List.of(), Set.of(), Set.of(), Set.of()));
    }
  }

  void refuse(String kind, Item item, String why) {
    if (undone.putIfAbsent(item, why) == null) {
      refusals.add(new Refusal(kind, item.toString(), why));
    }
  }

  Optional<String> whyUndone(Item item) {
    return Optional.ofNullable(undone.get(item));
  }

  /** Whether something that is not modelled uses a thing that has to change; then it is refused. */
  boolean refusedByUser(String kind, Item item) {
    Item user = upheaval.blocked.get(item);
    if (user == null) {
      return false;
    }
    refuse(
        kind,
        item,
        "the "
            + user.part()
            + " "
            + user.name()
            + " depends on it and is not rebuilt. Drop it before, and make it again afterwards");
    return true;
  }

  /** Whether a destruction is not allowed; then it is refused. */
  boolean refusedDestruction(String kind, Item item, String what) {
    if (mayDestroy()) {
      return false;
    }
    refuse(kind, item, what + " destroys data and was not allowed (Destruction.ALLOW)");
    return true;
  }

  /** An operation that may get more conditions. */
  final class Added {
    private Op op;

    private Added(Op op) {
      this.op = op;
    }

    private Added become(Op changed) {
      int place = ops.indexOf(op);
      if (place >= 0) {
        ops.set(place, changed);
      }
      op = changed;
      return this;
    }

    Added needs(Item... items) {
      Set<Item> needs = new HashSet<>(op.needs());
      needs.addAll(Arrays.asList(items));
      return become(
          new Op(op.act(), op.item(), op.rank(), op.steps(), needs, op.rids(), op.names()));
    }

    Added rids(Item... items) {
      Set<Item> rids = new HashSet<>(op.rids());
      rids.addAll(Arrays.asList(items));
      return become(
          new Op(op.act(), op.item(), op.rank(), op.steps(), op.needs(), rids, op.names()));
    }

    Added names(ObjectName... all) {
      Set<ObjectName> names = new HashSet<>(op.names());
      names.addAll(Arrays.asList(all));
      return become(
          new Op(op.act(), op.item(), op.rank(), op.steps(), op.needs(), op.rids(), names));
    }
  }
}
