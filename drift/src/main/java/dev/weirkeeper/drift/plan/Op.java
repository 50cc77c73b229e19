package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.List;
import java.util.Set;

/**
 * What is done to one thing, with what has to be done before.
 *
 * @param rank its place where nothing else decides
 * @param needs things that have to be there and as they will be, or gone, beside what the new
 *     schema's dependencies say
 * @param rids things that it stops using, beside what the old schema's dependencies say
 * @param names relations (tables, indexes, sequences, views) whose names it frees or takes
 */
record Op(
    Act act,
    Item item,
    int rank,
    List<Migration.Step> steps,
    Set<Item> needs,
    Set<Item> rids,
    Set<ObjectName> names) {
  Op {
    steps = List.copyOf(steps);
    needs = Set.copyOf(needs);
    rids = Set.copyOf(rids);
    names = Set.copyOf(names);
  }

  enum Act {
    DROP,
    CREATE,
    ALTER
  }
}
