package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drift watch} at a server whose log grows between two looks at it. */
class DriftWatchTest {
  private static final int AT_FIRST = 3;
  private static final int LATER = 50;

  @TempDir Path folder;

  private record Asked(Optional<Integer> limit, Optional<String> cursor) {}

  private record Found(String kind, String verdict) {}

  private record Incident(
      String incident, String at, String table, String decided, List<Found> findings) {}

  private record Findings(List<Incident> incidents, Optional<String> next) {}

  private final AtomicInteger looks = new AtomicInteger();

  private Tool<?, ?> tool() {
    return Tool.read(
            "drift_list_findings",
            "For tests",
            Asked.class,
            Findings.class,
            (input, call) -> {
              int look = input.cursor().isPresent() ? looks.get() : looks.incrementAndGet();
              if (look > 2) {
                return new Outcome.Refused("the test is over");
              }
              List<Incident> newest =
                  IntStream.iterate(look == 1 ? AT_FIRST : LATER, n -> n > 0, n -> n - 1)
                      .mapToObj(DriftWatchTest::incident)
                      .toList();
              return new Outcome.Done(
                  Json.of(
                      new Findings(
                          Listing.page(newest, input.cursor(), input.limit()),
                          Listing.next(newest, input.cursor(), input.limit()))),
                  Outcome.Verification.NOT_NEEDED);
            })
        .targeting(input -> new Asset("shop", "*"));
  }

  private static Incident incident(int number) {
    return new Incident(
        "i" + number,
        "at " + number,
        "public.orders",
        "dismiss",
        List.of(new Found("column.added", "ADDITIVE")));
  }

  @Test
  void all_that_came_between_two_looks_is_shown_once_and_the_oldest_first() throws Exception {
    Caller me = Person.atThisTerminal(folder);
    Screen screen = new Screen();
    try (RunningHost host = RunningHost.in(folder, me, List.of(tool()))) {
      int exit = screen.run("--folder", folder, "drift", "watch", "--every", "1");

      assertThat(exit).as(screen.err()).isEqualTo(1);
      assertThat(host.door().unsettled()).isEmpty();
    }
    assertThat(screen.err()).contains("the test is over");
    assertThat(screen.out().lines().map(line -> line.split("  ")[0]))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, LATER).mapToObj(number -> "at " + number).toList());
  }

  @Test
  void with_json_each_incident_is_a_line_and_a_look_may_be_the_only_one() throws Exception {
    Caller me = Person.atThisTerminal(folder);
    Screen screen = new Screen();
    try (RunningHost host = RunningHost.in(folder, me, List.of(tool()))) {
      assertThat(screen.run("--folder", folder, "drift", "watch", "--once", "--json")).isZero();
      assertThat(host.door().unsettled()).isEmpty();
    }

    assertThat(screen.out().lines())
        .hasSize(AT_FIRST)
        .allSatisfy(line -> assertThat(Json.parse(line).text()).contains("\"findings\":["));
    assertThat(screen.run("--folder", folder, "drift", "watch", "--once")).isEqualTo(3);
  }
}
