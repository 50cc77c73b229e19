package dev.weirkeeper.audit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Act;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log that a {@link JsonLinesSink} writes and checks it: the chain, the sequence and the
 * canonical form of each line. Needs no lock, so it may read a log that is being written; it then
 * sees the log as of some moment. Safe to share between threads.
 */
public final class JsonLinesLog {
  /**
   * A record of the log.
   *
   * @param receipt what the sink gave for it
   */
  public record Entry(Receipt receipt, AuditRecord record) {}

  /**
   * What a check found.
   *
   * @param head the end of what is right: all of the log if there is no problem
   * @param tornBytes bytes behind the last whole line: a write that was never acknowledged
   * @param problem the first thing that is wrong
   */
  public record Report(Head head, long tornBytes, Optional<Problem> problem) {
    public boolean intact() {
      return problem.isEmpty();
    }
  }

  /**
   * Something in a log that no sink writes.
   *
   * @param file name of the file
   * @param line its number in the file, from 1
   */
  public record Problem(String file, long line, String what) {
    @Override
    public String toString() {
      return file + ", line " + line + ": " + what;
    }
  }

  /**
   * An act that may have happened: it was started, and nobody wrote down what it came to, or only
   * that this is unknown or pending, and nobody has settled it since.
   *
   * @param entry the record that announced it
   */
  public record Unsettled(Entry entry, Act.Started act) {}

  private final Path folder;

  private JsonLinesLog(Path folder) {
    this.folder = folder;
  }

  /** The log in a folder. Reads nothing yet. */
  public static JsonLinesLog in(Path folder) {
    return new JsonLinesLog(requireNonNull(folder, "folder"));
  }

  /**
   * Checks the whole log. Finds any change, removal, insertion or reordering of lines, except that
   * whole lines were cut off at the end or all lines were written anew: for these, note a {@link
   * Head} elsewhere and use {@link #verify(Head)}.
   *
   * @throws IOException if the log cannot be read; that says nothing of whether it is right
   */
  public Report verify() throws IOException {
    return verify(Head.EMPTY);
  }

  /**
   * Checks the whole log, and that it still holds what it held when its head was noted.
   *
   * @throws IOException if the log cannot be read; that says nothing of whether it is right
   */
  public Report verify(Head earlier) throws IOException {
    try (Reader reader = new Reader(LogFiles.in(folder))) {
      boolean passed = earlier.equals(Head.EMPTY);
      while (reader.next().isPresent()) {
        if (reader.head.records() == earlier.records()) {
          if (!reader.head.equals(earlier)) {
            return reader.report(
                Optional.of(
                    reader.problem(
                        "the log was rewritten up to here since its head was" + " noted")));
          }
          passed = true;
        }
      }
      if (!passed && reader.problem == null) {
        return reader.report(
            Optional.of(
                reader.problem(
                    "the log ends after "
                        + reader.head.records()
                        + " records and held "
                        + earlier.records()
                        + " when its head was noted")));
      }
      return reader.report(Optional.ofNullable(reader.problem));
    }
  }

  /** Reads the records from the first. Close it. */
  public Entries entries() throws IOException {
    return new Entries(new Reader(LogFiles.in(folder)));
  }

  /**
   * Reads the records from the first, of a log that somebody goes on writing: at its end {@link
   * Entries#next} is empty for now, and may be asked again. A host that is started again after a
   * crash may cut off bytes that were read before their line was whole; the log then seems wrong
   * from there, which {@link #verify()} contradicts, and is read anew. Close it.
   */
  public Entries follow() throws IOException {
    return new Entries(new Reader(LogFiles.in(folder), Optional.of(folder)));
  }

  /**
   * Acts that were started and never finished, in their order: the process died, or the journal
   * failed, while the tool was called. A person looks at what they did.
   *
   * @throws IOException if the log cannot be read or is not right
   */
  public List<Unsettled> unsettled() throws IOException {
    // Two acts may be announced by equal records, so each hash has a queue.
    Map<Hash, Deque<Unsettled>> open = new HashMap<>();
    try (Entries entries = entries()) {
      for (Optional<Entry> next = entries.next(); next.isPresent(); next = entries.next()) {
        Entry entry = next.get();
        if (entry.record().kind().equals(Act.Started.KIND)) {
          open.computeIfAbsent(entry.receipt().record(), key -> new ArrayDeque<>())
              .add(new Unsettled(entry, body(entry, Act.Started.class)));
        } else if (entry.record().kind().equals(Act.Finished.KIND)
            && isClear(body(entry, Act.Finished.class).outcome())) {
          entry.record().causes().stream()
              .limit(1)
              .map(open::get)
              .filter(Objects::nonNull)
              .forEach(Deque::poll);
        } else if (entry.record().kind().equals(Act.Settled.KIND)) {
          // A person, or a tool that looked, speaks for all calls of the action.
          Hash action = body(entry, Act.Settled.class).action();
          open.values()
              .forEach(acts -> acts.removeIf(unsettled -> unsettled.act().action().equals(action)));
        }
      }
    }
    return open.values().stream()
        .flatMap(Deque::stream)
        .sorted((a, b) -> Long.compare(sequence(a), sequence(b)))
        .toList();
  }

  private static long sequence(Unsettled act) {
    return act.entry().receipt().sequence();
  }

  private static boolean isClear(Outcome outcome) {
    return !(outcome instanceof Outcome.Unknown) && !(outcome instanceof Outcome.Pending);
  }

  private static <T extends Record> T body(Entry entry, Class<T> type) throws IOException {
    try {
      return entry.record().body().as(type);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "Record "
              + entry.receipt().sequence()
              + " is of kind "
              + entry.record().kind()
              + " and its body is not: "
              + e.getMessage(),
          e);
    }
  }

  /** A cursor over records. Confined to one thread. */
  public static final class Entries implements AutoCloseable {
    private final Reader reader;

    private Entries(Reader reader) {
      this.reader = reader;
    }

    /**
     * @throws IOException if the log cannot be read or is not right from here on
     */
    public Optional<Entry> next() throws IOException {
      Optional<Line> line = reader.next();
      if (line.isEmpty() && reader.problem != null) {
        throw new IOException("The log is not right; " + reader.problem);
      }
      return line.map(
          read -> new Entry(new Receipt(read.seq(), read.record().id()), read.record()));
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  /** Reads line after line and stops at the first that is not right. */
  static final class Reader implements AutoCloseable {
    private final Optional<Path> growing;
    private Iterator<Path> files;
    private @Nullable Path file;
    private @Nullable InputStream in;
    private long line;

    /** The beginning of a line was read, and its end is not written yet. */
    private boolean begun;

    /** The file has a successor, so it is read to its end for the last time. */
    private boolean full;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Head head = Head.EMPTY;
    @Nullable Problem problem;

    /** The last file, how much of it is whole lines, and what lies behind them. */
    @Nullable Path last;

    long wholeBytes;
    byte[] torn = new byte[0];

    Reader(List<Path> files) {
      this(files, Optional.empty());
    }

    /**
     * @param growing folder of a log that is still written; empty: the log ends where it ends now
     */
    Reader(List<Path> files, Optional<Path> growing) {
      this.files = files.iterator();
      this.growing = growing;
    }

    Optional<Line> next() throws IOException {
      while (problem == null) {
        if (in == null) {
          if (!hasNextFile()) {
            return Optional.empty();
          }
          openNext();
        } else if (readLine()) {
          return check(bytes.toByteArray());
        } else if (problem != null || growing.isEmpty() || full) {
          closeFile();
        } else if (hasNextFile()) {
          // Lines may have come between the end that was seen and the new file.
          full = true;
          begun = true;
          line--;
        } else {
          begun = true;
          line--;
          return Optional.empty();
        }
      }
      return Optional.empty();
    }

    private boolean hasNextFile() throws IOException {
      if (!files.hasNext() && growing.isPresent()) {
        String read = nameOf(file);
        files =
            LogFiles.in(growing.get()).stream()
                .filter(other -> file == null || nameOf(other).compareTo(read) > 0)
                .iterator();
      }
      return files.hasNext();
    }

    private void openNext() throws IOException {
      if (torn.length > 0) {
        problem = problem("it has no end, and this is not the last file");
        return;
      }
      file = files.next();
      line = 0;
      full = false;
      if (LogFiles.firstRecord(file) != head.records()) {
        problem =
            problem(
                "its name says that it begins with record "
                    + LogFiles.firstRecord(file)
                    + ", and the records before it end with "
                    + (head.records() - 1));
      } else {
        in = open(file);
        last = file;
        wholeBytes = 0;
      }
    }

    private static InputStream open(Path file) throws IOException {
      try {
        return new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      } catch (NoSuchFileException e) {
        throw new IOException("The log's file " + file + " went away while it was read", e);
      }
    }

    /** Whether there was a whole line. */
    private boolean readLine() throws IOException {
      if (!begun) {
        bytes.reset();
      }
      begun = false;
      line++;
      InputStream from = requireNonNull(in);
      for (int b = from.read(); b >= 0; b = from.read()) {
        if (b == '\n') {
          return true;
        }
        bytes.write(b);
        if (bytes.size() > Line.MAX_BYTES) {
          problem = problem("it is longer than " + Line.MAX_BYTES + " bytes");
          return false;
        }
      }
      torn = bytes.toByteArray();
      return false;
    }

    private Optional<Line> check(byte[] text) {
      try {
        Line read = Line.decoded(text);
        if (read.seq() != head.records()) {
          problem =
              problem("it has number " + read.seq() + " where " + head.records() + " follows");
        } else if (!read.previous().equals(head.chain())) {
          problem = problem("it does not follow from the line before: one of them was changed");
        } else {
          head = new Head(read.seq() + 1, Hash.of(text));
          wholeBytes += text.length + 1;
          return Optional.of(read);
        }
      } catch (IllegalArgumentException e) {
        problem = problem("no record of a log: " + e.getMessage());
      }
      return Optional.empty();
    }

    Problem problem(String what) {
      return new Problem(nameOf(file), line, what);
    }

    private static String nameOf(@Nullable Path path) {
      return path == null ? "no file" : path.getFileName().toString();
    }

    Report report(Optional<Problem> found) {
      return new Report(head, torn.length, found);
    }

    private void closeFile() throws IOException {
      if (in != null) {
        in.close();
        in = null;
      }
    }

    @Override
    public void close() throws IOException {
      closeFile();
    }
  }
}
