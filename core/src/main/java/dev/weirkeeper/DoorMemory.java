package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a door remembers beyond a call: budgets spent, approvals, freezes, and acts of which nobody
 * knows what they came to. Kept in a folder, it survives restarts and kills, and is shared by all
 * processes that open the folder: whoever may write there may give approvals, so its permissions
 * are part of the boundary.
 *
 * <p>A file of canonical JSON, {@code door.jsonl}. A line holds all events of one step, so that a
 * step is remembered wholly or not at all, and it is durable before it counts. A last line without
 * its end was never acknowledged and is cut off; a line that holds no events is refused, and so is
 * a file that was cut or exchanged while it was in use. Safe to share between threads and
 * processes.
 */
public final class DoorMemory {
  private static final String FILE = "door.jsonl";
  private static final String LOCK = "door.lock";
  private static final long LARGE = 8L << 20;

  /** Long enough for the first line of any file. */
  private static final int HEAD = 512;

  /** File locks are between processes: threads of this one take turns by these. */
  private static final Map<Path, ReentrantLock> TURNS = new ConcurrentHashMap<>();

  /** What a look at the state makes happen. */
  record Change<T>(List<DoorEvent> events, T result) {
    Change {
      events = List.copyOf(events);
    }

    static <T> Change<T> nothing(T result) {
      return new Change<>(List.of(), result);
    }
  }

  /** What becomes durable at once. */
  private record Line(List<DoorEvent> events) {}

  private final @Nullable Path folder;
  private final ReentrantLock turn;
  private DoorState state = new DoorState();
  private long generation;
  private long offset;
  private long large;

  private DoorMemory(@Nullable Path folder, ReentrantLock turn, long large) {
    this.folder = folder;
    this.turn = turn;
    this.large = large;
  }

  /** Forgets with the process: for tests, and for doors that let nothing but READ through. */
  public static DoorMemory inProcess() {
    return new DoorMemory(null, new ReentrantLock(), LARGE);
  }

  /**
   * Remembers in a folder, which is created if it is not there.
   *
   * @throws IOException if the folder cannot be used, or what is in it is damaged
   */
  public static DoorMemory in(Path folder) throws IOException {
    return in(folder, LARGE);
  }

  /**
   * @param large bytes beyond which the file is written anew
   */
  static DoorMemory in(Path folder, long large) throws IOException {
    Files.createDirectories(requireNonNull(folder, "folder"));
    Path real = folder.toRealPath();
    DoorMemory memory =
        new DoorMemory(real, TURNS.computeIfAbsent(real, path -> new ReentrantLock()), large);
    memory.locked(real, state -> Change.nothing(true));
    return memory;
  }

  /**
   * Looks at the state and makes durable what follows from it, as one step against all others.
   *
   * @throws JournalException if it is not durable; then nothing of it counts
   */
  <T> T update(Function<DoorState, Change<T>> transition) {
    if (folder == null) {
      turn.lock();
      try {
        Change<T> change = transition.apply(state);
        change.events().forEach(state::apply);
        return change.result();
      } finally {
        turn.unlock();
      }
    }
    try {
      return locked(folder, transition);
    } catch (IOException e) {
      throw new JournalException(
          "The door's memory cannot be read or written, so nothing is done: "
              + e.getMessage()
              + ". Free the disk or mend the folder, then ask again",
          e);
    }
  }

  /** Looks at the state as of now. */
  <T> T look(Function<DoorState, T> question) {
    return update(state -> Change.nothing(question.apply(state)));
  }

  private <T> T locked(Path home, Function<DoorState, Change<T>> transition) throws IOException {
    turn.lock();
    try {
      return alone(home, transition);
    } finally {
      turn.unlock();
    }
  }

  private <T> T alone(Path home, Function<DoorState, Change<T>> transition) throws IOException {
    // What was done is written down by a thread that was told to stop, too: it hears of it after.
    boolean interrupted = Thread.interrupted();
    try (FileChannel guard =
            FileChannel.open(
                home.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = guard.lock()) {
      requireNonNull(lock, "lock");
      catchUp(home);
      if (offset > large) {
        compact(home);
      }
      Change<T> change = transition.apply(state);
      if (!change.events().isEmpty()) {
        append(home, change.events());
      }
      return change.result();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A file that no interrupt closes, as it would close a channel. */
  private static RandomAccessFile open(Path home) throws IOException {
    return new RandomAccessFile(home.resolve(FILE).toFile(), "rw");
  }

  /** Takes in what other processes wrote. */
  private void catchUp(Path home) throws IOException {
    try (RandomAccessFile file = open(home)) {
      if (generation > 0) {
        requireSame(file);
      }
      byte[] text = read(file, offset, file.length());
      int end = wholeLines(text);
      take(new String(text, 0, end, StandardCharsets.UTF_8));
      offset += end;
      if (end < text.length) {
        // A write that was cut short: nobody was told that it counts.
        cut(file);
      }
    }
    if (generation == 0) {
      append(home, List.of(new DoorEvent.Begun(1, Instant.EPOCH)));
      generation = 1;
      syncNames(home);
    }
  }

  /** Reads from the start again if another process wrote the file anew. */
  private void requireSame(RandomAccessFile file) throws IOException {
    byte[] head = read(file, 0, Math.min(file.length(), HEAD));
    String first = new String(head, StandardCharsets.UTF_8).split("\n", 2)[0];
    long found = first.isEmpty() ? 0 : generationOf(events(first));
    if (found > generation) {
      state = new DoorState();
      generation = 0;
      offset = 0;
    } else if (found < generation || file.length() < offset) {
      throw new IOException(
          FILE
              + " was cut, moved or exchanged while it was in use, so what was spent and approved"
              + " is not known; put it back, or start this process again to go by what is there");
    }
  }

  private static long generationOf(List<DoorEvent> first) throws IOException {
    if (first.size() == 1 && first.get(0) instanceof DoorEvent.Begun begun) {
      return begun.generation();
    }
    throw damaged();
  }

  private static byte[] read(RandomAccessFile file, long from, long to) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(to - from)];
    file.seek(from);
    file.readFully(bytes);
    return bytes;
  }

  private static int wholeLines(byte[] text) {
    int end = text.length;
    while (end > 0 && text[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /** All of it or, if a line is damaged, nothing. */
  private void take(String lines) throws IOException {
    long begun = generation;
    List<DoorEvent> taken = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      List<DoorEvent> events = events(line);
      if (begun == 0) {
        begun = generationOf(events);
      }
      taken.addAll(events);
    }
    taken.forEach(state::apply);
    generation = begun;
  }

  private static List<DoorEvent> events(String line) throws IOException {
    try {
      return Json.parse(line).as(Line.class).events();
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static IOException damaged() {
    return new IOException(
        FILE
            + " is damaged: a line holds no events of a door. Nothing is let through by it; compare"
            + " the file with the journal, or move it away to begin with nothing spent and nothing"
            + " approved");
  }

  private void append(Path home, List<DoorEvent> events) throws IOException {
    byte[] line = line(events);
    try (RandomAccessFile file = open(home)) {
      try {
        file.seek(offset);
        file.write(line);
        file.getFD().sync();
      } catch (IOException e) {
        // Whatever reached the file must not count later, when nobody expects it.
        cut(file);
        throw e;
      }
    }
    offset += line.length;
    events.forEach(state::apply);
  }

  private void cut(RandomAccessFile file) throws IOException {
    file.setLength(offset);
    file.getFD().sync();
  }

  private static byte[] line(List<DoorEvent> events) {
    return (Json.of(new Line(events)).text() + '\n').getBytes(StandardCharsets.UTF_8);
  }

  /** Writes a large file anew, without what no rule looks at any more. */
  private void compact(Path home) throws IOException {
    List<DoorEvent> events = state.compact();
    Path fresh = home.resolve(FILE + ".new");
    Files.deleteIfExists(fresh);
    long size = 0;
    try (RandomAccessFile file = new RandomAccessFile(fresh.toFile(), "rw")) {
      byte[] begun = line(List.of(new DoorEvent.Begun(generation + 1, Instant.EPOCH)));
      byte[] rest = line(events);
      file.write(begun);
      file.write(rest);
      file.getFD().sync();
      size = file.length();
    }
    Files.move(
        fresh,
        home.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    state = new DoorState();
    events.forEach(state::apply);
    generation++;
    offset = size;
    large = Math.max(large, 2 * size);
    syncNames(home);
  }

  /** Makes durable which file the folder holds, where the system can. */
  private static void syncNames(Path home) throws IOException {
    if (home.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel names = FileChannel.open(home, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }
}
