package dev.weirkeeper.drift.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Without the connector's transaction topic nobody knows when a transaction is complete. Then a run
 * of records of one partition that name the same transaction of the source is one, up to the end of
 * the partition or to a bound; a record that names none is one of its own. So what a transaction of
 * the source did to several tables, or to several partitions of one, comes in several parts.
 */
final class RunAssembler implements Assembler {
  private static final int LONGEST = 10_000;

  private final List<Partition> partitions;
  private final Predicate<Partition> ended;
  private final Predicate<Partition> due;
  private int turn;

  /**
   * @param partitions may grow
   * @param ended whether a partition was read up to its end, as far as is known
   * @param due whether it is a partition's turn: nothing older than its entries lies in others
   */
  RunAssembler(List<Partition> partitions, Predicate<Partition> ended, Predicate<Partition> due) {
    this.partitions = partitions;
    this.ended = ended;
    this.due = due;
  }

  @Override
  public Set<String> open() {
    return Set.of();
  }

  /** A run is cut where it is too long, so what was read is never in the way of the next. */
  @Override
  public boolean needs(Partition partition) {
    return true;
  }

  @Override
  public Optional<String> waiting() {
    return Optional.empty();
  }

  @Override
  public Optional<Assembled> next() {
    for (int i = 0; i < partitions.size(); i++) {
      Partition partition = partitions.get((turn + i) % partitions.size());
      Optional<Assembled> run = run(partition);
      if (run.isPresent()) {
        turn = (turn + i + 1) % partitions.size();
        return run;
      }
    }
    return Optional.empty();
  }

  private Optional<Assembled> run(Partition partition) {
    List<Entry> run = new ArrayList<>();
    Optional<String> transaction = Optional.empty();
    boolean closed = false;
    for (Entry entry : partition.waiting()) {
      Optional<Event.Origin> origin = entry.origin();
      Optional<String> of = origin.flatMap(Event.Origin::transaction);
      if (origin.isEmpty() || run.size() >= LONGEST || !run.isEmpty() && !of.equals(transaction)) {
        closed = true;
        break;
      }
      run.add(entry);
      if (of.isEmpty()) {
        closed = true;
        break;
      }
      transaction = of;
    }
    if (run.isEmpty() || !closed && !ended.test(partition) || !due.test(partition)) {
      return Optional.empty();
    }
    run.forEach(partition::take);
    return Optional.of(
        new Assembled(
            partition.id() + "@" + run.get(0).offset() + "-" + run.get(run.size() - 1).offset(),
            run.stream().filter(entry -> !entry.again()).toList()));
  }
}
