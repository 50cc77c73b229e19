package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.JournalListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The newest part of the log, held in memory so that tools and consoles can look things up: what
 * was seen, decided and done. The log itself stays the record: a book holds nothing that is not in
 * it, and says from which record on it holds all.
 *
 * <p>A host hands it to its {@link Journal} as a listener and, before that, {@link #written hands
 * it} the records that its log holds already: it opens the sink, which may write of its recovery,
 * reads the log, and then makes the journal. Kinds that are not in {@link RecordKinds} are not
 * held. Safe to share between threads.
 */
public final class LogBook implements JournalListener {
  /** Records that may be missing for a moment, while threads write at once. */
  private static final int MOST_MISSING = 1024;

  /**
   * A record of the book.
   *
   * @param receipt what the sink gave for it
   */
  public record Entry(Receipt receipt, AuditRecord record) {
    public Entry {
      requireNonNull(receipt, "receipt");
      requireNonNull(record, "record");
    }

    public long sequence() {
      return receipt.sequence();
    }

    /** Its body, if the record is of the kind that has such bodies. */
    public <T extends Record> Optional<T> body(Class<T> type) {
      return RecordKinds.bodyOf(record.kind()).equals(Optional.of(type))
          ? Optional.of(record.body().as(type))
          : Optional.empty();
    }
  }

  /**
   * Some records, the newest first.
   *
   * @param next what to ask with for the records before these; empty if the book has none
   * @param older said instead of an end where the log may have more than the book: nothing more
   *     here does not mean that there was nothing
   */
  public record Page(List<Entry> entries, Optional<Long> next, Optional<String> older) {
    public Page {
      entries = List.copyOf(entries);
      requireNonNull(next, "next");
      requireNonNull(older, "older");
    }
  }

  /** A record with what it is looked up by. */
  private record Held(Entry entry, long bytes, Set<Hash> keys) {}

  private final int mostRecords;
  private final long mostBytes;
  private final NavigableMap<Long, Held> held = new TreeMap<>();
  private final Map<Hash, TreeSet<Long>> byKey = new HashMap<>();
  private final Map<Hash, TreeSet<Long>> byCause = new HashMap<>();
  private final TreeSet<Long> missing = new TreeSet<>();
  private long bytes;

  /** All records from here on are held, those in {@link #missing} excepted; -1: heard of none. */
  private long begins = -1;

  private long ends;

  private LogBook(int mostRecords, long mostBytes) {
    this.mostRecords = mostRecords;
    this.mostBytes = mostBytes;
  }

  /** Holds up to 5,000 records and 32 MiB of text. */
  public static LogBook standard() {
    return holding(5_000, 32L << 20);
  }

  /** Holds at most so many records, and so many bytes of their canonical text. */
  public static LogBook holding(int records, long bytes) {
    if (records < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "A book holds at least one record and one byte, not " + records + " and " + bytes);
    }
    return new LogBook(records, bytes);
  }

  /**
   * Takes a record in: one that was just written, or one that the log held before the journal was
   * opened. A record that is there already changes nothing.
   */
  @Override
  public void written(AuditRecord record, Receipt receipt) {
    Optional<Held> entry = RecordKinds.read(record).map(body -> held(record, receipt, body));
    synchronized (this) {
      place(receipt.sequence());
      if (receipt.sequence() >= begins && !held.containsKey(receipt.sequence())) {
        entry.ifPresent(this::add);
      }
      while (held.size() > mostRecords || bytes > mostBytes) {
        Held oldest = requireNonNull(held.pollFirstEntry()).getValue();
        forget(oldest);
        begin(oldest.entry().sequence() + 1);
      }
    }
  }

  private static Held held(AuditRecord record, Receipt receipt, Record body) {
    Set<Hash> keys = new TreeSet<>(List.of(receipt.record()));
    if (body instanceof Decided decided) {
      keys.add(decided.incident().id());
      decided.situation().proposed().ifPresent(plan -> keys.add(plan.id()));
    } else if (body instanceof Act.Started started) {
      keys.add(started.action());
    } else if (body instanceof Act.Finished finished) {
      keys.add(finished.action());
    } else if (body instanceof Act.Settled settled) {
      keys.add(settled.action());
    } else if (body instanceof Approval.Request request) {
      keys.add(request.id());
      keys.add(request.action());
    }
    return new Held(
        new Entry(receipt, record),
        record.canonical().text().getBytes(StandardCharsets.UTF_8).length,
        keys);
  }

  /** Notes which records are not here yet, as threads that write at once come in any order. */
  private void place(long sequence) {
    if (begins < 0) {
      begins = sequence;
      ends = sequence + 1;
    } else if (sequence >= ends) {
      if (sequence - ends > MOST_MISSING) {
        // Nobody told of what lies between: the book begins anew.
        List.copyOf(held.values()).forEach(this::forget);
        held.clear();
        begin(sequence);
      } else {
        for (long between = ends; between < sequence; between++) {
          missing.add(between);
        }
      }
      ends = sequence + 1;
    } else {
      missing.remove(sequence);
      if (sequence == begins - 1 && held.size() < mostRecords) {
        // The one before the first, which another thread wrote and was late to tell of.
        begins = sequence;
      }
    }
    while (missing.size() > MOST_MISSING) {
      missing.pollFirst();
    }
  }

  private void begin(long sequence) {
    begins = Math.max(begins, sequence);
    missing.headSet(begins).clear();
  }

  private void add(Held added) {
    held.put(added.entry().sequence(), added);
    bytes += added.bytes();
    long sequence = added.entry().sequence();
    added.keys().forEach(key -> index(byKey, key, sequence));
    added.entry().record().causes().forEach(cause -> index(byCause, cause, sequence));
  }

  private static void index(Map<Hash, TreeSet<Long>> into, Hash key, long sequence) {
    into.computeIfAbsent(key, unseen -> new TreeSet<>()).add(sequence);
  }

  private void forget(Held gone) {
    bytes -= gone.bytes();
    long sequence = gone.entry().sequence();
    gone.keys().forEach(key -> drop(byKey, key, sequence));
    gone.entry().record().causes().forEach(cause -> drop(byCause, cause, sequence));
  }

  private static void drop(Map<Hash, TreeSet<Long>> from, Hash key, long sequence) {
    from.computeIfPresent(
        key,
        (same, sequences) -> {
          sequences.remove(sequence);
          return sequences.isEmpty() ? null : sequences;
        });
  }

  /**
   * A page of what passes, the newest first. Whoever writes does not wait until all were asked.
   *
   * @param before only records with a smaller number
   * @param limit at most so many
   */
  public Page page(Predicate<Entry> which, Optional<Long> before, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("A page holds at least one record, not " + limit);
    }
    List<Held> candidates;
    Optional<String> older;
    synchronized (this) {
      candidates = List.copyOf(held.headMap(before.orElse(ends), false).descendingMap().values());
      older = older();
    }
    List<Entry> found = new ArrayList<>();
    Optional<Long> next = Optional.empty();
    for (Held candidate : candidates) {
      if (which.test(candidate.entry())) {
        if (found.size() == limit) {
          next = Optional.of(found.get(limit - 1).sequence());
          break;
        }
        found.add(candidate.entry());
      }
    }
    return new Page(found, next, next.isPresent() ? Optional.empty() : older);
  }

  /**
   * What is looked up by a hash, the oldest first: a record by its content; decisions by their
   * incident or plan; acts and requests by their action.
   */
  public synchronized List<Entry> named(Hash hash) {
    return entries(byKey, hash);
  }

  /** The records that follow from a record, or from a plan that was applied, the oldest first. */
  public synchronized List<Entry> following(Hash cause) {
    return entries(byCause, cause);
  }

  /**
   * Whether a record is the last word about an incident: where the host held back what a policy
   * decided, its own decision follows from the policy's.
   */
  public boolean isLastWord(Entry entry) {
    return entry.record().kind().equals(Decided.KIND)
        && following(entry.receipt().record()).stream()
            .noneMatch(later -> later.record().kind().equals(Decided.KIND));
  }

  private List<Entry> entries(Map<Hash, TreeSet<Long>> by, Hash hash) {
    return by.getOrDefault(requireNonNull(hash, "hash"), new TreeSet<>()).stream()
        .map(sequence -> requireNonNull(held.get(sequence)).entry())
        .toList();
  }

  /**
   * Where the log has records that the book does not hold, in words; empty if the book holds all of
   * it.
   */
  public synchronized Optional<String> older() {
    if (begins < 0) {
      return Optional.of("this book has heard of no record yet: read the log");
    }
    long from = missing.isEmpty() ? begins : Math.max(begins, missing.last() + 1);
    return from == 0
        ? Optional.empty()
        : Optional.of("older than record " + from + ": read the log");
  }

  /** How many records it holds. */
  public synchronized int size() {
    return held.size();
  }
}
