package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
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
 * <p>A file of canonical JSON, a line an event, {@code door.jsonl}. An event is durable before it
 * counts. A last line without its end was never acknowledged and is cut off; any other damage is
 * refused. Safe to share between threads and processes.
 */
public final class DoorMemory {
  private static final String FILE = "door.jsonl";
  private static final String LOCK = "door.lock";
  private static final long LARGE = 8L << 20;

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

  private final @Nullable Path folder;
  private final ReentrantLock turn;
  private DoorState state = new DoorState();
  private long generation;
  private long offset;

  private DoorMemory(@Nullable Path folder, ReentrantLock turn) {
    this.folder = folder;
    this.turn = turn;
  }

  /** Forgets with the process: for tests, and for doors that let nothing but READ through. */
  public static DoorMemory inProcess() {
    return new DoorMemory(null, new ReentrantLock());
  }

  /**
   * Remembers in a folder, which is created if it is not there.
   *
   * @throws IOException if the folder cannot be used, or what is in it is damaged
   */
  public static DoorMemory in(Path folder) throws IOException {
    Files.createDirectories(requireNonNull(folder, "folder"));
    Path real = folder.toRealPath();
    DoorMemory memory =
        new DoorMemory(real, TURNS.computeIfAbsent(real, path -> new ReentrantLock()));
    memory.locked(channel -> memory.compactIfLarge(channel));
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
      return locked(
          channel -> {
            Change<T> change = transition.apply(state);
            append(channel, change.events());
            return change.result();
          });
    } catch (IOException e) {
      throw new JournalException(
          "The door's memory cannot be read or written, so nothing is done ("
              + e.getClass().getSimpleName()
              + "). Free the disk or mend the folder, then ask again",
          e);
    }
  }

  /** Looks at the state as of now. */
  <T> T look(Function<DoorState, T> question) {
    return update(state -> Change.nothing(question.apply(state)));
  }

  @FunctionalInterface
  private interface Step<T> {
    T with(FileChannel channel) throws IOException;
  }

  private <T> T locked(Step<T> step) throws IOException {
    Path home = requireNonNull(folder, "folder");
    turn.lock();
    try (FileChannel guard =
            FileChannel.open(
                home.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = guard.lock();
        FileChannel channel = open(home)) {
      requireNonNull(lock, "lock");
      catchUp(channel);
      return step.with(channel);
    } finally {
      turn.unlock();
    }
  }

  private static FileChannel open(Path home) throws IOException {
    return FileChannel.open(
        home.resolve(FILE),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  /** Takes in what other processes wrote. */
  private void catchUp(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size == 0 && generation == 0) {
      append(channel, List.of(new DoorEvent.Begun(1, Instant.EPOCH)));
      generation = 1;
      return;
    }
    if (size < offset || generationOf(channel) != generation) {
      state = new DoorState();
      generation = 0;
      offset = 0;
    }
    if (size > offset) {
      byte[] text = read(channel, offset, size);
      int end = wholeLines(text);
      take(new String(text, 0, end, StandardCharsets.UTF_8));
      offset += end;
      if (end < text.length) {
        // A write that was cut short: nobody was told that it counts.
        channel.truncate(offset);
        channel.force(true);
      }
    }
  }

  private static long generationOf(FileChannel channel) throws IOException {
    byte[] head = read(channel, 0, Math.min(channel.size(), 512));
    int end = 0;
    while (end < head.length && head[end] != '\n') {
      end++;
    }
    return event(new String(head, 0, end, StandardCharsets.UTF_8)) instanceof DoorEvent.Begun begun
        ? begun.generation()
        : -1;
  }

  private static byte[] read(FileChannel channel, long from, long to) throws IOException {
    channel.position(from);
    return Channels.newInputStream(channel).readNBytes(Math.toIntExact(to - from));
  }

  private static int wholeLines(byte[] text) {
    int end = text.length;
    while (end > 0 && text[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private void take(String lines) throws IOException {
    for (String line : lines.split("\n")) {
      if (line.isEmpty()) {
        continue;
      }
      DoorEvent event = event(line);
      if (event instanceof DoorEvent.Begun begun) {
        generation = begun.generation();
      } else if (generation == 0) {
        throw damaged();
      }
      state.apply(event);
    }
  }

  private static DoorEvent event(String line) throws IOException {
    try {
      return Json.parse(line).as(DoorEvent.class);
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static IOException damaged() {
    return new IOException(
        FILE
            + " is damaged: a line is no event of a door. Nothing is let through by it; compare the"
            + " file with the journal, or move it away to begin with nothing spent and nothing"
            + " approved");
  }

  private void append(FileChannel channel, List<DoorEvent> events) throws IOException {
    if (events.isEmpty()) {
      return;
    }
    byte[] lines = lines(events);
    try {
      write(channel, offset, lines);
    } catch (IOException e) {
      // Whatever reached the file must not count later, when nobody expects it.
      channel.truncate(offset);
      throw e;
    }
    offset += lines.length;
    events.forEach(state::apply);
  }

  private static byte[] lines(List<DoorEvent> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(Json.of(event).text()).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(FileChannel channel, long at, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    channel.position(at);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    channel.force(true);
  }

  /** Writes a large file anew, without what no rule looks at any more. */
  private boolean compactIfLarge(FileChannel channel) throws IOException {
    if (channel.size() < LARGE) {
      return false;
    }
    compact();
    return true;
  }

  private void compact() throws IOException {
    Path home = requireNonNull(folder, "folder");
    List<DoorEvent> events = new ArrayList<>(state.compact(generation + 1));
    Path fresh = home.resolve(FILE + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      write(channel, 0, lines(events));
    }
    Files.move(
        fresh,
        home.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    state = new DoorState();
    events.forEach(state::apply);
    generation++;
    offset = Files.size(home.resolve(FILE));
  }
}
