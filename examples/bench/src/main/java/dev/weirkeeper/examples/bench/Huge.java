package dev.weirkeeper.examples.bench;

import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.postgresql.replication.LogSequenceNumber;

/** One transaction far larger than the heap of the process that applies it. */
final class Huge {
  private static final String ID = "huge";
  private static final String TABLE = "orders_huge";

  private Huge() {}

  static void measure(LocalPostgres server, int rows, PrintStream out) throws Exception {
    Bed.createTable(server, Bed.SOURCE, TABLE);
    try (GovernedStream stream = Bed.stream(server, ID, TABLE, event -> {})) {
      Bed.awaitLive(stream, ID, TABLE);
    }
    server.execute(Bed.SOURCE, "INSERT INTO " + TABLE + " " + Bed.rows(1, rows));
    Path folder = Files.createTempDirectory("weirkeeper-bench-");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Huge.class.getName(),
                server.url(Bed.SOURCE),
                server.url(Bed.TARGET),
                folder.toString(),
                Bed.position(server).asString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int status = process.waitFor();
    out.printf(
        Locale.ROOT,
        "one transaction of %,d rows with -Xmx256m: %s (exit %d)%n",
        rows,
        said,
        status);
    if (status != 0) {
      throw new IllegalStateException("The huge transaction was not applied");
    }
  }

  /** The process with the small heap. */
  public static void main(String[] arguments) throws Exception {
    long started = System.nanoTime();
    try (GovernedStream stream =
        Bed.stream(arguments[0], arguments[1], ID, TABLE, Path.of(arguments[2]), event -> {})) {
      stream.awaitPosition(LogSequenceNumber.valueOf(arguments[3]));
    }
    List<MemoryPoolMXBean> pools =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getCollectionUsage() != null)
            .toList();
    long afterGc = 0;
    for (MemoryPoolMXBean pool : pools) {
      afterGc += pool.getCollectionUsage().getUsed();
    }
    System.out.printf(
        Locale.ROOT,
        "applied in %.1f s, %d MB live after the last collection",
        (System.nanoTime() - started) / (double) TimeUnit.SECONDS.toNanos(1),
        afterGc >> 20);
  }
}
