package dev.weirkeeper.contracts.dbt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs dbt with an array of arguments and no shell, hears its log line by line, and ends it with
 * all the processes that it started when nobody waits any more.
 */
final class DbtProcess {
  private static final Logger LOG = LoggerFactory.getLogger(DbtProcess.class);
  private static final Duration LOOK_UP = Duration.ofMillis(50);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final int LONGEST_LINE = 256 * 1024;

  private final List<String> command;
  private final Path folder;
  private final Map<String, String> environment;

  /**
   * @param folder in which it runs
   * @param environment all of it: nothing is inherited
   */
  DbtProcess(List<String> command, Path folder, Map<String, String> environment) {
    this.command = List.copyOf(command);
    this.folder = folder;
    this.environment = Map.copyOf(environment);
  }

  /**
   * How it ended.
   *
   * @param exit empty if it was ended from here
   */
  record Ended(Optional<Integer> exit, String why) {}

  /**
   * @param stop why not to go on, asked all the time
   * @param progress told on this thread when something has changed
   * @throws IOException if it cannot be started
   */
  Ended run(
      DbtLog log,
      Duration patience,
      Supplier<Optional<String>> stop,
      Consumer<DbtLog.Progress> progress)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    Process process = builder.start();
    Thread ear = new Thread(() -> hear(process, log), "weirkeeper-dbt");
    ear.setDaemon(true);
    try {
      process.getOutputStream().close();
      // Before anything is heard: a quick dbt has said all by the time anybody looks.
      DbtLog.Progress last = log.progress();
      ear.start();
      while (!process.waitFor(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS)) {
        Optional<String> stopped = stop.get();
        if (stopped.isPresent()) {
          return new Ended(Optional.empty(), stopped.get());
        }
        if (System.nanoTime() - until >= 0) {
          return new Ended(Optional.empty(), "its time was over");
        }
        DbtLog.Progress now = log.progress();
        if (!now.equals(last)) {
          progress.accept(now);
          last = now;
        }
      }
      ear.join(GRACE.toMillis());
      DbtLog.Progress now = log.progress();
      if (!now.equals(last)) {
        progress.accept(now);
      }
      return new Ended(Optional.of(process.exitValue()), "it ended");
    } finally {
      end(process);
      ear.join(GRACE.toMillis());
    }
  }

  private static void hear(Process process, DbtLog log) {
    byte[] line = new byte[LONGEST_LINE];
    int length = 0;
    boolean tooLong = false;
    try (InputStream in = process.getInputStream()) {
      byte[] some = new byte[8192];
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        for (int i = 0; i < read; i++) {
          if (some[i] == '\n') {
            if (!tooLong) {
              log.hear(new String(line, 0, length, StandardCharsets.UTF_8));
            }
            length = 0;
            tooLong = false;
          } else if (length < LONGEST_LINE) {
            line[length++] = some[i];
          } else {
            tooLong = true;
          }
        }
      }
      if (length > 0 && !tooLong) {
        log.hear(new String(line, 0, length, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      LOG.debug("The log of dbt ended early");
    }
  }

  /** Children first asked, then forced; what they start meanwhile is found by the second look. */
  private static void end(Process process) throws InterruptedException {
    List<ProcessHandle> all = tree(process);
    all.forEach(ProcessHandle::destroy);
    long until = System.nanoTime() + GRACE.toNanos();
    for (ProcessHandle handle : all) {
      await(handle, until);
    }
    Stream.concat(all.stream(), tree(process).stream())
        .distinct()
        .filter(ProcessHandle::isAlive)
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static List<ProcessHandle> tree(Process process) {
    return Stream.concat(process.descendants(), Stream.of(process.toHandle()))
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  private static void await(ProcessHandle handle, long until) throws InterruptedException {
    try {
      handle.onExit().get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Process {} does not end when asked", handle.pid());
    }
  }
}
