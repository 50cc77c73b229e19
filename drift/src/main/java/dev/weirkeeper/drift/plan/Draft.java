package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
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
  final ReaderRemarks readers;
  final Shadows shadows;

  /** The server that all this runs on. */
  final int major;

  final List<Op> ops = new ArrayList<>();
  final List<Refusal> refusals = new ArrayList<>();
  final List<String> remarks = new ArrayList<>();

  /** Things that are not made or not taken away, and so what stays undone with them. */
  private final Map<Item, String> undone = new HashMap<>();

  private final List<Dependency> now;
  private final Map<ObjectName, Set<ObjectName>> children = new HashMap<>();
  private Optional<Hash> toward = Optional.empty();
  private final Set<Item> missing = new HashSet<>();
  private final Set<ObjectName> fresh = new HashSet<>();

  Draft(SchemaComparison comparison, PlanOptions options, Former former, TableSql sql, int major) {
    this.from = comparison.from();
    this.to = comparison.to();
    this.matching = comparison.matching();
    this.former = former;
    this.upheaval = new Upheaval(from, matching, former, major);
    this.options = options;
    this.readers = new ReaderRemarks(comparison);
    this.now = Former.now(to);
    this.major = major;
    matching.tables.added().forEach(table -> fresh.add(table.name()));
    for (Table table : from.tables()) {
      for (ObjectName parent : table.parents()) {
        children
            .computeIfAbsent(former.of(parent), each -> new HashSet<>())
            .add(former.of(table.name()));
      }
    }
    this.shadows = new Shadows(this, sql);
  }

  /** What depends on what in the new schema. */
  List<Dependency> nowDependencies() {
    return now;
  }

  /** The schema that all this leads to. */
  Hash toward() {
    if (toward.isEmpty()) {
      toward = Optional.of(to.fingerprint());
    }
    return toward.get();
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

  /** Children and partitions of a table, which ALTER TABLE locks with it unless it says ONLY. */
  private Set<ObjectName> descendants(ObjectName table) {
    Set<ObjectName> all = new HashSet<>();
    Deque<ObjectName> open = new ArrayDeque<>(List.of(table));
    while (!open.isEmpty()) {
      for (ObjectName child : children.getOrDefault(open.remove(), Set.of())) {
        if (all.add(child)) {
          open.add(child);
        }
      }
    }
    return all;
  }

  /** A type that may be a domain with checks; what is not known to be none is taken for one. */
  boolean mayBeDomain(String type) {
    String element = type.endsWith("[]") ? type.substring(0, type.length() - 2) : type;
    return element.contains(".")
        && to.enums().stream().noneMatch(each -> DomainTypes.isCalled(each.name(), element))
        && to.tables().stream().noneMatch(each -> DomainTypes.isCalled(each.name(), element));
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

  Added addAll(Op.Act act, Item item, int rank, String kind, Supplier<List<StepDraft>> steps) {
    try {
      List<Migration.Step> done =
          steps.get().stream()
              .filter(step -> !step.isEmpty())
              .peek(step -> step.alsoLocks(descendants(item.name())))
              .map(StepDraft::done)
              .toList();
      Added added = new Added(new Op(act, item, rank, done, Set.of(), Set.of(), Set.of()));
      if (!done.isEmpty()) {
        ops.add(added.op);
      }
      return added;
    } catch (Sql.Unwritable e) {
      refuse(kind, item, e.getMessage() + " (" + e.hazard() + ")");
      if (act == Op.Act.CREATE) {
        missing.add(item);
      }
      return new Added(new Op(act, item, rank, List.of(), Set.of(), Set.of(), Set.of()));
    }
  }

  /**
   * Plans one thing; if a name of it cannot be written, the thing is refused and the rest is not.
   */
  void guarded(String kind, Item item, Runnable planning) {
    try {
      planning.run();
    } catch (Sql.Unwritable e) {
      refuse(kind, item, e.getMessage() + " (" + e.hazard() + ")");
    }
  }

  void refuse(String kind, Item item, String why) {
    if (undone.putIfAbsent(item, why) == null) {
      refusals.add(new Refusal(kind, item.toString(), why));
    }
  }

  /** Something that will not be there: what needs it is refused, too. */
  void missing(Item item) {
    missing.add(item);
  }

  /** Takes out what cannot be made without something that is refused. */
  void prune() {
    Map<Item, Set<Item>> needs = new HashMap<>();
    for (Dependency each : now) {
      needs.computeIfAbsent(each.dependent(), item -> new HashSet<>()).add(each.on());
    }
    boolean more = !missing.isEmpty();
    while (more) {
      more = false;
      for (Op op : List.copyOf(ops)) {
        Optional<Item> lacks = op.act() == Op.Act.DROP ? Optional.empty() : lacks(op, needs);
        if (lacks.isPresent()) {
          ops.remove(op);
          refuse(
              op.steps().get(0).kind(),
              op.item(),
              "it needs " + lacks.get() + ", which is not there as it should be and is refused");
          more |= op.act() == Op.Act.CREATE && missing.add(op.item());
        }
      }
    }
  }

  private Optional<Item> lacks(Op op, Map<Item, Set<Item>> needs) {
    Set<Item> all = new HashSet<>(op.needs());
    all.addAll(needs.getOrDefault(op.item(), Set.of()));
    if (op.item().kind() == Item.Kind.COLUMN) {
      all.addAll(
          needs.getOrDefault(
              new Item(Item.Kind.DEFAULT, op.item().name(), op.item().part()), Set.of()));
    }
    if (!op.item().part().isEmpty() && op.item().kind() != Item.Kind.OTHER) {
      all.add(Item.of(Item.Kind.TABLE, op.item().name()));
    }
    return all.stream().filter(this::isMissing).sorted().findFirst();
  }

  private boolean isMissing(Item item) {
    boolean isPart = !item.part().isEmpty() && item.kind() != Item.Kind.OTHER;
    return missing.contains(item)
        || isPart && missing.contains(Item.of(Item.Kind.TABLE, item.name()));
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

    /** Whether a table is written anew. */
    boolean rewrites() {
      return op.steps().stream().anyMatch(step -> step.work() == Work.REWRITE);
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
