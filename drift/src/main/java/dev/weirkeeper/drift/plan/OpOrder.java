package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Puts operations into an order in which each finds what it needs: things are made after what they
 * depend on and taken away before it, and a name is free before it is given again. A topological
 * sort; where ranks and names leave a choice, the lowest goes first. Used once.
 */
final class OpOrder {
  private final List<Op> ops;
  private final Map<Item, List<Integer>> byItem = new HashMap<>();
  private final List<Set<Integer>> after = new ArrayList<>();
  private final int[] waiting;

  OpOrder(List<Op> ops, List<Dependency> before, List<Dependency> now) {
    this.ops = ops;
    this.waiting = new int[ops.size()];
    for (int i = 0; i < ops.size(); i++) {
      byItem.computeIfAbsent(ops.get(i).item(), item -> new ArrayList<>()).add(i);
      after.add(new HashSet<>());
    }
    now.forEach(each -> made(each.dependent(), each.on()));
    Set<Dependency> stays = new HashSet<>(now);
    before.forEach(each -> taken(each, stays.contains(each)));
    Map<ObjectName, List<Integer>> freed = new HashMap<>();
    for (int i = 0; i < ops.size(); i++) {
      if (ops.get(i).act() == Op.Act.DROP) {
        for (ObjectName name : ops.get(i).names()) {
          freed.computeIfAbsent(name, each -> new ArrayList<>()).add(i);
        }
      }
    }
    for (int i = 0; i < ops.size(); i++) {
      explicit(i);
      containment(i);
      nameFree(i, freed);
    }
  }

  private void edge(int first, int second) {
    if (first != second && after.get(first).add(second)) {
      waiting[second]++;
    }
  }

  private List<Integer> of(Item item) {
    return byItem.getOrDefault(item, List.of());
  }

  /** What is made or altered comes after what it will depend on. */
  private void made(Item dependent, Item on) {
    for (int user : of(dependent)) {
      if (ops.get(user).act() == Op.Act.DROP) {
        continue;
      }
      for (int used : of(on)) {
        if (settles(used) && !mutual(user, used)) {
          edge(used, user);
        }
      }
    }
  }

  /** What makes a thing usable; whom it belongs to and what is said of it can come later. */
  private boolean settles(int i) {
    Op op = ops.get(i);
    return op.act() == Op.Act.CREATE || op.act() == Op.Act.ALTER && op.rank() < Ranks.OWNER;
  }

  /** Alterations do not wait for those of a thing that in turn waits for them. */
  private boolean mutual(int user, int used) {
    return ops.get(user).act() == Op.Act.ALTER
        && ops.get(used).act() == Op.Act.ALTER
        && ops.get(used).rank() > ops.get(user).rank();
  }

  /** What goes, or stops using a thing, goes before that thing is dropped or altered. */
  private void taken(Dependency each, boolean stays) {
    for (int user : of(each.dependent())) {
      Op.Act act = ops.get(user).act();
      for (int used : of(each.on())) {
        Op.Act other = ops.get(used).act();
        if (act == Op.Act.DROP && other != Op.Act.CREATE
            || act == Op.Act.ALTER && other == Op.Act.DROP && !stays) {
          edge(user, used);
        }
      }
    }
  }

  private void explicit(int i) {
    for (Item need : ops.get(i).needs()) {
      for (int used : of(need)) {
        if (settles(used) || ops.get(used).act() == Op.Act.DROP) {
          edge(used, i);
        }
      }
    }
    for (Item rid : ops.get(i).rids()) {
      for (int used : of(rid)) {
        if (ops.get(used).act() == Op.Act.DROP) {
          edge(i, used);
        }
      }
    }
  }

  /** Parts come after their whole, wholes after their namespace; and go before them. */
  private void containment(int i) {
    Op op = ops.get(i);
    Item item = op.item();
    List<Item> wholes = new ArrayList<>();
    switch (item.kind()) {
      case COLUMN, CONSTRAINT -> wholes.add(Item.of(Item.Kind.TABLE, item.name()));
      case DEFAULT -> wholes.add(Item.column(item.name(), item.part()));
      default -> {
        // Is in its namespace only.
      }
    }
    if (item.kind() != Item.Kind.NAMESPACE) {
      wholes.add(Item.namespace(item.name().schema()));
    }
    for (Item whole : wholes) {
      for (int container : of(whole)) {
        Op.Act act = ops.get(container).act();
        if (act == Op.Act.CREATE && op.act() != Op.Act.DROP) {
          edge(container, i);
        } else if (act == Op.Act.DROP && op.act() == Op.Act.DROP) {
          edge(i, container);
        }
      }
    }
  }

  /** Who drops a name goes before who gives it. */
  private void nameFree(int i, Map<ObjectName, List<Integer>> freed) {
    if (ops.get(i).act() != Op.Act.CREATE) {
      return;
    }
    for (ObjectName name : ops.get(i).names()) {
      freed.getOrDefault(name, List.of()).forEach(other -> edge(other, i));
    }
    Item item = ops.get(i).item();
    for (Item.Kind kind : Item.Kind.values()) {
      if (share(kind, item.kind())) {
        for (int other : of(new Item(kind, item.name(), item.part()))) {
          if (ops.get(other).act() == Op.Act.DROP) {
            edge(other, i);
          }
        }
      }
    }
  }

  private static boolean share(Item.Kind a, Item.Kind b) {
    return a == b || isType(a) && isType(b);
  }

  private static boolean isType(Item.Kind kind) {
    return kind == Item.Kind.TABLE
        || kind == Item.Kind.VIEW
        || kind == Item.Kind.ENUM
        || kind == Item.Kind.DOMAIN;
  }

  /** In their order; what belongs into one transaction stands together. */
  List<List<Op>> sorted() {
    List<Integer> order = order();
    List<Set<Integer>> blocks = blocks();
    for (Set<Integer> block : blocks) {
      order = pulledTogether(order, block, reached(block, after, blocks));
    }
    List<List<Op>> sorted = new ArrayList<>();
    for (int i = 0; i < order.size(); ) {
      int end = i + blockAt(order, i, blocks);
      sorted.add(order.subList(i, end).stream().map(ops::get).toList());
      i = end;
    }
    return sorted;
  }

  private static int blockAt(List<Integer> order, int at, List<Set<Integer>> blocks) {
    return blocks.stream()
        .filter(block -> at + block.size() <= order.size())
        .filter(block -> block.containsAll(order.subList(at, at + block.size())))
        .mapToInt(Set::size)
        .findFirst()
        .orElse(1);
  }

  private List<Integer> order() {
    Comparator<Integer> order =
        Comparator.<Integer>comparingInt(i -> ops.get(i).rank())
            .thenComparing(i -> ops.get(i).item())
            .thenComparing(i -> i);
    PriorityQueue<Integer> ready = new PriorityQueue<>(order);
    Set<Integer> left = new HashSet<>();
    for (int i = 0; i < ops.size(); i++) {
      left.add(i);
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<Integer> sorted = new ArrayList<>();
    while (!left.isEmpty()) {
      // Things that wait for each other are done by rank; the comparison after it tells the rest.
      int next = ready.isEmpty() ? left.stream().min(order).orElseThrow() : ready.remove();
      if (left.remove(next)) {
        sorted.add(next);
        for (int later : after.get(next)) {
          waiting[later]--;
          if (waiting[later] == 0) {
            ready.add(later);
          }
        }
      }
    }
    return sorted;
  }

  /** What is dropped and made again, with all that has to come in between. */
  private List<Set<Integer>> blocks() {
    List<Set<Integer>> before = new ArrayList<>();
    ops.forEach(op -> before.add(new HashSet<>()));
    for (int i = 0; i < ops.size(); i++) {
      for (int later : after.get(i)) {
        before.get(later).add(i);
      }
    }
    List<Set<Integer>> blocks = new ArrayList<>();
    for (Map.Entry<Item, List<Integer>> each : byItem.entrySet()) {
      if (Remade.concerns(each.getKey())) {
        Set<Integer> ends = new HashSet<>(each.getValue());
        ends.removeIf(i -> ops.get(i).act() == Op.Act.ALTER);
        if (ends.size() == 2) {
          join(blocks, ends, before);
        }
      }
    }
    blocks.removeIf(block -> !block.stream().map(ops::get).allMatch(Remade::joins));
    return blocks;
  }

  /** Also takes in other blocks of which a part would come before this one and a part after it. */
  private void join(List<Set<Integer>> blocks, Set<Integer> ends, List<Set<Integer>> before) {
    Set<Integer> block = new HashSet<>(ends);
    int size;
    do {
      size = block.size();
      Set<Integer> between = reached(block, after, blocks);
      between.retainAll(reached(block, before, blocks));
      block.addAll(between);
      for (Set<Integer> other : List.copyOf(blocks)) {
        if (!Collections.disjoint(other, block)) {
          blocks.remove(other);
          block.addAll(other);
        }
      }
    } while (block.size() > size);
    blocks.add(block);
  }

  private static Set<Integer> reached(
      Set<Integer> from, List<Set<Integer>> edges, List<Set<Integer>> blocks) {
    Set<Integer> reached = new HashSet<>();
    Deque<Integer> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      for (int next : edges.get(open.remove())) {
        if (reached.add(next)) {
          open.add(next);
          for (Set<Integer> block : blocks) {
            if (block.contains(next)) {
              block.stream().filter(reached::add).forEach(open::add);
            }
          }
        }
      }
    }
    return reached;
  }

  /** Others come before, but for those that need the block done. */
  private static List<Integer> pulledTogether(
      List<Integer> order, Set<Integer> block, Set<Integer> later) {
    int first = order.size();
    int last = 0;
    for (int place = 0; place < order.size(); place++) {
      if (block.contains(order.get(place))) {
        first = Math.min(first, place);
        last = place + 1;
      }
    }
    List<Integer> middle = order.subList(first, last);
    List<Integer> pulled = new ArrayList<>(order.subList(0, first));
    middle.stream().filter(i -> !block.contains(i) && !later.contains(i)).forEach(pulled::add);
    middle.stream().filter(block::contains).forEach(pulled::add);
    middle.stream().filter(i -> !block.contains(i) && later.contains(i)).forEach(pulled::add);
    pulled.addAll(order.subList(last, order.size()));
    return pulled;
  }
}
