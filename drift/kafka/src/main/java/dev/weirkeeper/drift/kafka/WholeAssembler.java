package dev.weirkeeper.drift.kafka;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Puts the transactions of the source together again, across topics, by the connector's transaction
 * topic: an END says how many events each table has, and each event says its place.
 *
 * <p>After a crash a connector sends again from an earlier place, also what it had sent in part.
 * Events of one transaction that have the same place in it are one; an END takes the first of each
 * that are there, so that an END that comes again takes those that came again and finds nothing new
 * in them.
 *
 * <p>A transaction that had begun before the feed's first position has its END and no BEGIN here:
 * its events are those behind the position, and the others are part of the first load.
 */
final class WholeAssembler implements Assembler {

  /** What can be asked of the topics. */
  interface Ends {
    /** Where the partitions of rows end now. */
    Map<TopicPartition, Long> now() throws IOException;

    /** Whether all up to there was read. */
    boolean reached(Map<TopicPartition, Long> ends);

    /** Whether it is a partition's turn: nothing older than its entries lies in others. */
    boolean due(Partition partition);
  }

  private static final int REMEMBERED = 10_000;

  private record Placed(Partition of, Entry entry, long total) {}

  private final Partition boundaries;
  private final List<Partition> partitions;
  private final Tables tables;
  private final Ends ends;
  private final Set<String> begun = new LinkedHashSet<>();
  private final Set<String> ended = new LinkedHashSet<>();
  private @Nullable Map<TopicPartition, Long> cut;

  /** Knows which topics hold the events of a data collection. */
  @FunctionalInterface
  interface Tables {
    /** Whether a topic of this feed holds them. */
    boolean has(String collection);
  }

  /**
   * @param partitions of rows; may grow
   * @param open transactions whose BEGIN was read before
   */
  WholeAssembler(
      Partition boundaries,
      List<Partition> partitions,
      Tables tables,
      Ends ends,
      Set<String> open) {
    this.boundaries = boundaries;
    this.partitions = partitions;
    this.tables = tables;
    this.ends = ends;
    this.begun.addAll(new TreeSet<>(open));
  }

  @Override
  public Set<String> open() {
    return Set.copyOf(begun);
  }

  /**
   * Of an END that waits: partitions that were not read beyond its transaction, or all if its
   * beginning was not seen. Without one: the boundaries alone.
   */
  @Override
  public boolean needs(Partition partition) {
    Optional<Entry> head = boundaries.first();
    if (head.isEmpty() || !(head.get().event() instanceof Event.End end)) {
      return partition == boundaries;
    } else if (!begun.contains(end.transaction())) {
      return true;
    }
    Optional<Entry> last = partition.last();
    return partition != boundaries
        && (last.isEmpty() || last.get().bounded().filter(end.transaction()::equals).isPresent());
  }

  @Override
  public Optional<String> waiting() {
    long events = 0;
    Optional<String> oldest = Optional.empty();
    for (Partition partition : partitions) {
      for (Entry entry : partition.waiting()) {
        events += entry.again() ? 0 : 1;
        oldest = oldest.or(entry::bounded);
      }
    }
    return events == 0
        ? Optional.empty()
        : Optional.of(
            events
                + " events wait for the END of their transactions in the transaction topic"
                + oldest.map(of -> ", the first for that of " + of).orElse(""));
  }

  @Override
  public Optional<Assembled> next() throws IOException {
    Optional<Assembled> loose = loose();
    if (loose.isPresent()) {
      return loose;
    }
    requireNoneLeft();
    for (Optional<Entry> head = boundaries.first(); head.isPresent(); head = boundaries.first()) {
      Entry boundary = head.get();
      if (boundary.event() instanceof Event.Begin begin) {
        note(begun, begin.transaction());
        boundaries.take(boundary);
      } else if (boundary.event() instanceof Event.End end) {
        return end(boundary, end);
      } else if (boundary.event() instanceof Event.Unreadable unreadable) {
        throw new IOException(
            "Record "
                + boundary.offset()
                + " of the transaction topic "
                + boundaries.id()
                + " cannot be read: "
                + unreadable.reason()
                + ". Nothing behind it can be put together; read the topics without it, or look at"
                + " what wrote to it");
      } else {
        boundaries.take(boundary);
      }
    }
    return Optional.empty();
  }

  /** Rows of snapshots and truncations belong to no transaction. */
  private Optional<Assembled> loose() {
    for (Partition partition : partitions) {
      if (!ends.due(partition)) {
        continue;
      }
      List<Entry> run = new ArrayList<>();
      for (Entry entry : partition.waiting()) {
        if (entry.origin().isEmpty() || entry.bounded().isPresent()) {
          break;
        }
        run.add(entry);
      }
      if (!run.isEmpty()) {
        run.forEach(partition::take);
        return Optional.of(
            new Assembled(
                partition.id() + "@" + run.get(0).offset() + "-" + run.get(run.size() - 1).offset(),
                run.stream().filter(entry -> !entry.again()).toList()));
      }
    }
    return Optional.empty();
  }

  private Optional<Assembled> end(Entry boundary, Event.End end) throws IOException {
    long expected = 0;
    for (Map.Entry<String, Long> count : end.counts().entrySet()) {
      if (tables.has(count.getKey())) {
        expected += count.getValue();
      }
    }
    List<Placed> found = found(end.transaction());
    long events = found.stream().filter(placed -> isOf(placed, end)).count();
    if (events < expected && !isCut(end)) {
      return Optional.empty();
    }
    if (events > expected) {
      throw new IOException(
          "Transaction "
              + end.transaction()
              + " has "
              + events
              + " events in the topics of this feed and its END speaks of "
              + expected
              + ". Name the tables of topics that are not named after them with table(topic, …);"
              + " nothing of it was applied");
    }
    found.forEach(placed -> placed.of().take(placed.entry()));
    passOver(found);
    boundaries.take(boundary);
    begun.remove(end.transaction());
    cut = null;
    note(ended, end.transaction());
    return Optional.of(
        new Assembled(
            end.transaction() + "@" + boundaries.id() + "-" + boundary.offset(),
            found.stream().map(Placed::entry).filter(entry -> !entry.again()).toList()));
  }

  /** The newest ones: after a crash a connector may never end what it had begun. */
  private static void note(Set<String> transactions, String transaction) {
    transactions.remove(transaction);
    transactions.add(transaction);
    if (transactions.size() > REMEMBERED) {
      Iterator<String> oldest = transactions.iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** An event that its END did not count belongs to a table that this feed does not know. */
  private void requireNoneLeft() throws IOException {
    for (Partition partition : partitions) {
      Optional<Entry> first = partition.first();
      if (first.isPresent()
          && !first.get().again()
          && first.get().bounded().filter(ended::contains).isPresent()) {
        throw new IOException(
            "Record "
                + first.get().offset()
                + " of "
                + partition.id()
                + " belongs to transaction "
                + first.get().bounded().get()
                + ", which ended without it. Name the table of a topic that is not named after it"
                + " with table(topic, …), and look whether the topics are of one connector");
      }
    }
  }

  /** Whether its beginning lies before the feed's, and all of it that comes was read. */
  private boolean isCut(Event.End end) throws IOException {
    if (begun.contains(end.transaction())) {
      return false;
    }
    if (cut == null) {
      cut = ends.now();
    }
    return ends.reached(cut);
  }

  private static boolean isOf(Placed placed, Event.End end) {
    return placed.entry().bounded().filter(end.transaction()::equals).isPresent();
  }

  /**
   * The first event of each place of a transaction, in their order, and what lies between them and
   * belongs to none: rows of an incremental snapshot.
   */
  private List<Placed> found(String transaction) {
    List<Placed> found = new ArrayList<>();
    Set<Long> places = new HashSet<>();
    for (Partition partition : partitions) {
      List<Placed> between = new ArrayList<>();
      long last = -1;
      for (Entry entry : partition.waiting()) {
        Optional<String> of = entry.bounded();
        if (of.isPresent() && of.get().equals(transaction)) {
          long total = entry.origin().orElseThrow().total().orElseThrow();
          if (places.add(total)) {
            found.addAll(between);
            between.clear();
            last = total;
            found.add(new Placed(partition, entry, total));
          }
        } else if (of.isEmpty() && last >= 0 && entry.origin().isPresent()) {
          between.add(new Placed(partition, entry, last));
        }
      }
    }
    found.sort(Comparator.comparingLong(Placed::total));
    return found;
  }

  /** What came again and lies before an event that was taken will not be asked for any more. */
  private void passOver(List<Placed> taken) {
    for (Partition partition : partitions) {
      long last =
          taken.stream()
              .filter(placed -> placed.of() == partition)
              .mapToLong(placed -> placed.entry().offset())
              .max()
              .orElse(-1);
      List<Entry> again = new ArrayList<>();
      for (Entry entry : partition.waiting()) {
        if (entry.offset() < last && entry.again()) {
          again.add(entry);
        }
      }
      again.forEach(partition::take);
    }
  }
}
