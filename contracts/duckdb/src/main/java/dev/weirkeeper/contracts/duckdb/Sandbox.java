package dev.weirkeeper.contracts.duckdb;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the process in which free SQL runs: starts it with nothing of the host's environment, in an
 * empty folder, under a memory limit of the operating system; ends it when it does not answer;
 * starts another one after any trouble. DuckDB's own limits do not cover all that it allocates, and
 * a crash of its native code would end the process that it runs in. Safe to share between threads:
 * questions are answered one after the other.
 */
final class Sandbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);

  /** Beyond the time limit of a query, for starting, loading and answering. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private static final Duration LOOK_UP = Duration.ofMillis(100);

  /** So that what a native library may leak does not add up. */
  private static final int QUESTIONS_A_WORKER = 50;

  /** What a small Java process with DuckDB maps, most of it never touched. */
  private static final int MAPPED_MEBIBYTES = 1_800;

  private static final long LONGEST_REPLY = 32L * 1024 * 1024;

  private static final Path SHELL = Path.of("/bin/sh");

  /** Offers itself to the kernel first when memory runs out, and leaves no dump. */
  private static final String LIMITED =
      "echo 1000 2>/dev/null >/proc/self/oom_score_adj; ulimit -c 0; ulimit -v \"$0\" || exit 9;"
          + " exec \"$@\"";

  private final int memory;
  private final List<Path> classPath;
  private final Path java;
  private final ReentrantLock turn = new ReentrantLock();
  private @Nullable Running worker;

  /** A worker process and its folder. */
  private record Running(
      Process process,
      InputStream in,
      DataOutputStream out,
      Path folder,
      AtomicInteger questions) {}

  Sandbox(int memory, List<Path> classPath) {
    this.memory = memory;
    this.classPath = List.copyOf(classPath);
    this.java = java();
  }

  private static Path java() {
    Path bin = Path.of(System.getProperty("java.home"), "bin");
    for (String name : List.of("java", "java.exe")) {
      if (Files.isExecutable(bin.resolve(name))) {
        return bin.resolve(name);
      }
    }
    throw new IllegalStateException(
        "The sandbox is a process of its own and needs the java command in "
            + "the bin folder of java.home; run the host on a JDK or JRE that has it");
  }

  /** Where the worker's classes and DuckDB lie, if they lie in files of their own. */
  static List<Path> ownClassPath() {
    List<Path> paths = new ArrayList<>();
    for (Class<?> needed : List.of(Worker.class, DuckDBDriver.class)) {
      CodeSource source = needed.getProtectionDomain().getCodeSource();
      try {
        if (source == null || !source.getLocation().getProtocol().equals("file")) {
          throw packed();
        }
        paths.add(Path.of(source.getLocation().toURI()));
      } catch (URISyntaxException e) {
        throw packed();
      }
    }
    return paths;
  }

  private static IllegalStateException packed() {
    return new IllegalStateException(
        "The classes of the sandbox are packed into another archive, which java cannot start from;"
            + " say by classPath(…) where weirkeeper-contracts-duckdb and duckdb_jdbc lie");
  }

  /** Whether the process starts and answers, under the limits that it has here. */
  boolean starts() {
    Question simple = new Question("SELECT 1", List.of(), memory, 10_000, 1, 1, 1);
    try {
      return ask(simple, Duration.ofSeconds(30), Optional::empty).kind() == Reply.Kind.ROWS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * @param patience until nobody waits any more
   * @param stop why not to go on, asked all the time
   */
  Reply ask(Question question, Duration patience, Supplier<Optional<String>> stop)
      throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    if (!turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      return Reply.without(Reply.Kind.TOO_LONG, "");
    }
    try {
      Running running = running();
      long limit =
          Math.min(until, System.nanoTime() + MARGIN.plusMillis(question.millis()).toNanos());
      return answered(running, question, limit, stop);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The sandbox process cannot be started: look at the folder for temporary files and at"
              + " the limit on processes",
          e);
    } finally {
      turn.unlock();
    }
  }

  private Reply answered(
      Running running, Question question, long limit, Supplier<Optional<String>> stop)
      throws InterruptedException {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    Thread talk = new Thread(() -> talk(running, question, reply), "weirkeeper-sandbox");
    talk.setDaemon(true);
    talk.start();
    long asked = System.nanoTime();
    boolean well = false;
    try {
      while (true) {
        try {
          Reply answer = reply.get(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
          well =
              answer.kind() != Reply.Kind.TOO_LONG
                  && answer.kind() != Reply.Kind.TOO_MUCH_MEMORY
                  && running.questions().incrementAndGet() < QUESTIONS_A_WORKER;
          return answer;
        } catch (TimeoutException goesOn) {
          if (System.nanoTime() - limit >= 0 || stop.get().isPresent()) {
            return Reply.without(Reply.Kind.TOO_LONG, "");
          }
        } catch (ExecutionException e) {
          boolean late = System.nanoTime() - asked >= question.millis() * 1_000_000L;
          LOG.debug("The sandbox process ended while it worked");
          return Reply.without(late ? Reply.Kind.TOO_LONG : Reply.Kind.TOO_MUCH_MEMORY, "");
        }
      }
    } finally {
      if (!well) {
        end();
      }
      talk.join(1_000);
    }
  }

  private static void talk(Running running, Question question, CompletableFuture<Reply> reply) {
    try {
      question.write(running.out());
      reply.complete(Reply.read(new DataInputStream(new Bounded(running.in(), LONGEST_REPLY))));
    } catch (IOException | RuntimeException e) {
      reply.completeExceptionally(e);
    }
  }

  private Running running() throws IOException {
    Running known = worker;
    if (known != null && known.process().isAlive()) {
      return known;
    }
    end();
    Path folder = Files.createTempDirectory("weirkeeper-sandbox");
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(command(folder));
      builder.directory(folder.toFile());
      builder.environment().clear();
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      process = builder.start();
    } catch (IOException e) {
      delete(folder);
      throw e;
    }
    Running started =
        new Running(
            process,
            new BufferedInputStream(process.getInputStream()),
            new DataOutputStream(new BufferedOutputStream(process.getOutputStream())),
            folder,
            new AtomicInteger());
    worker = started;
    return started;
  }

  private List<String> command(Path folder) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      command.addAll(
          List.of(
              SHELL.toString(),
              "-c",
              LIMITED,
              String.valueOf((MAPPED_MEBIBYTES + memory) * 1024L)));
    } else {
      LOG.warn("There is no {}, so no limit of the operating system holds the sandbox", SHELL);
    }
    command.addAll(
        List.of(
            java.toString(),
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=24m",
            "-XX:CompressedClassSpaceSize=16m",
            "-XX:MaxMetaspaceSize=64m",
            "-XX:-UsePerfData",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            Worker.class.getName()));
    return command;
  }

  private void end() {
    Running ended = worker;
    worker = null;
    if (ended == null) {
      return;
    }
    ended.process().destroyForcibly();
    try {
      ended.process().onExit().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("The sandbox process {} does not end", ended.process().pid());
    }
    delete(ended.folder());
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.warn("The folder {} of the sandbox cannot be deleted", folder.getFileName());
    }
  }

  /** Ends the process. */
  @Override
  public void close() {
    turn.lock();
    try {
      end();
    } finally {
      turn.unlock();
    }
  }
}
