package com.example.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Plugins;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.DriftDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin in a host. */
class HostTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Asset ORDERS = new Asset("landing", "orders");

  @TempDir Path root;

  /** A log in memory, good for a test and nothing else. */
  private static final class Log implements AuditSink {
    final List<AuditRecord> records = new ArrayList<>();

    @Override
    public synchronized Receipt append(AuditRecord record) {
      records.add(record);
      return new Receipt(records.size() - 1, record.id());
    }

    @Override
    public void close() {}
  }

  private LandingFolders folders(Instant written) throws IOException {
    Path orders = Files.createDirectories(root.resolve("orders"));
    for (int day = 0; day < 3; day++) {
      Path file = Files.writeString(orders.resolve("part-" + day), "1");
      Files.setLastModifiedTime(file, FileTime.from(written.minus(Duration.ofDays(day))));
    }
    return new LandingFolders("landing", root);
  }

  @Test
  void a_host_sees_when_files_stop_to_arrive() throws IOException {
    LandingFolders folders = folders(NOON);
    DriftDetector detector = new FreshnessPlugin(folders, Duration.ofHours(6)).detectors().get(0);

    List<Finding> after =
        detector
            .detect(
                folders.observe("orders", NOON.plusSeconds(60)),
                folders.observe("orders", NOON.plus(Duration.ofHours(7))))
            .findings();

    assertThat(after.stream().map(Finding::kind)).containsExactly("data.stale");
    assertThat(after.get(0).asset()).isEqualTo(ORDERS);
  }

  @Test
  void invariant_8_a_folder_that_is_gone_is_unknown_and_not_fresh() throws IOException {
    LandingFolders folders = folders(NOON);

    assertThat(
            new FreshnessDrift(Duration.ofHours(6))
                .detect(
                    folders.observe("orders", NOON.plusSeconds(60)),
                    folders.observe("gone", NOON.plus(Duration.ofHours(7))))
                .findings())
        .isEmpty();
  }

  @Test
  void invariant_3_an_agent_uses_the_tool_once_the_host_grants_it() throws IOException {
    Log log = new Log();
    Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
    Caller agent = new Caller("claude", Caller.Kind.AGENT);
    Action action =
        new Action("landing_newest_file", Json.of(new LandingFolders.Newest("orders")), ORDERS);
    FreshnessPlugin plugin = new FreshnessPlugin(folders(NOON), Duration.ofHours(6));
    Toolbox.Builder door =
        Toolbox.builder()
            .journal(new Journal(log, clock))
            .clock(clock)
            .tools(plugin.tools().get(0));

    Outcome before = door.build().perform(agent, action, List.of());
    Outcome after = door.grant("claude", Effect.READ).build().perform(agent, action, List.of());

    assertThat(before).isInstanceOf(Outcome.Refused.class);
    assertThat(after)
        .isEqualTo(
            new Outcome.Done(
                Json.of(new LandingFolders.Arrivals(3, Optional.of(NOON))),
                Outcome.Verification.NOT_NEEDED));
    assertThat(log.records.stream().map(AuditRecord::kind))
        .containsExactly("act.refused", "act.started", "act.finished");
  }

  @Test
  void a_host_finds_the_plugin_on_its_class_path() {
    try (Plugins plugins = Plugins.discover(HostTest.class.getClassLoader())) {
      assertThat(plugins.ids()).containsExactly("freshness");
    }
  }
}
