package dev.weirkeeper.audit;

import static dev.weirkeeper.audit.Sample.CLOCK;
import static dev.weirkeeper.audit.Sample.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.AuditRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a host that writes a log, again and again, and looks at what it left. */
class CrashIT {
  private static final int KILLS = Integer.getInteger("kills", 10);

  @TempDir Path folder;

  /** The host: four threads append, and each says what was acknowledged. */
  static final class Host {
    private Host() {}

    public static void main(String[] arguments) throws Exception {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      int round = Integer.parseInt(arguments[1]);
      JsonLinesSink sink = JsonLinesSink.open(Path.of(arguments[0]), CLOCK, 100_000);
      for (int t = 0; t < 4; t++) {
        int base = (round * 4 + t) * 1_000_000;
        new Thread(
                () -> {
                  try {
                    for (int i = 0; ; i++) {
                      long sequence = sink.append(record(base + i)).sequence();
                      out.println(sequence + " " + (base + i) + " acknowledged");
                    }
                  } catch (IOException e) {
                    out.println("failed " + e);
                  }
                })
            .start();
      }
    }
  }

  @Test
  void invariant_2_every_acknowledged_record_survives_kill_9() throws Exception {
    long seed = 9;
    Random random = new Random(seed);
    List<String> acknowledged = new ArrayList<>();
    for (int round = 0; round < KILLS; round++) {
      Process host =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Host.class.getName(),
                  folder.toString(),
                  String.valueOf(round))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      int killAfter = 1 + random.nextInt(200);
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(host.getInputStream(), StandardCharsets.UTF_8))) {
        int heard = 0;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          assertThat(line).doesNotStartWith("failed");
          if (line.endsWith("acknowledged")) { // The kill may cut the last line.
            acknowledged.add(line);
          }
          if (++heard == killAfter) {
            // By its handle, since Process would close the pipe and lose what is in it.
            host.toHandle().destroyForcibly();
          }
        }
        assertThat(heard).as("the host wrote something").isPositive();
      }
      host.waitFor();

      JsonLinesSink.open(folder, CLOCK, 100_000).close();
      assertThat(JsonLinesLog.in(folder).verify().intact())
          .as("seed %d, round %d", seed, round)
          .isTrue();
    }

    List<AuditRecord> records = Sample.records(folder);
    for (String line : acknowledged) {
      String[] said = line.split(" ");
      assertThat(records.get(Integer.parseInt(said[0])))
          .isEqualTo(record(Integer.parseInt(said[1])));
    }
    System.out.printf(
        "%d kills, %d records acknowledged, %d in the log%n",
        KILLS, acknowledged.size(), records.size());
  }
}
