package dev.weirkeeper.drift.profile.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.profile.ProfileDrift;
import dev.weirkeeper.drift.profile.ProfileKey;
import dev.weirkeeper.drift.profile.ProfileWindow;
import dev.weirkeeper.drift.profile.Profiler;
import dev.weirkeeper.spi.TableReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileHistoryTest {
  private static final long SEED = 5;
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Asset OTHERS = new Asset("shop", "public.others");
  private static final String SERIES = "feed-hourly";
  private static final ProfileKey KEY = ProfileKey.of(new byte[32]);
  private static final Instant START = Instant.parse("2026-11-30T00:00:00Z");

  @TempDir Path folder;

  private final Random random = new Random(SEED);

  private ProfileHistory open() throws IOException {
    return ProfileHistory.open(folder, 2, KEY, new SecureRandom());
  }

  private ProfileWindow hour(int hour, double unit) {
    List<List<Optional<String>>> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(
          List.of(
              Optional.of(String.valueOf(unit * (100 + random.nextGaussian()))),
              Optional.of("Planted")));
    }
    Profiler profiler = Profiler.ofMaskedRows(ORDERS);
    profiler.add(
        new TableReader.Rows(
            List.of(
                new TableReader.Field("amount", "numeric"), new TableReader.Field("state", "text")),
            rows,
            TableReader.Extent.WHOLE));
    Instant from = START.plusSeconds(3600L * hour);
    return ProfileWindow.closed(from, from.plusSeconds(3600), profiler.profile());
  }

  private static ProfileWatch watch(ProfileHistory history) {
    return new ProfileWatch(history, ProfileDrift.with(KEY), SERIES);
  }

  private static List<Finding> found(Probe<List<Finding>> probe) {
    assertThat(probe).isInstanceOf(Probe.Value.class);
    return ((Probe.Value<List<Finding>>) probe).value();
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void what_is_usual_is_known_after_each_restart() throws Exception {
    for (int hour = 0; hour < 24; hour++) {
      assertThat(found(watch(open()).see(ORDERS, hour(hour, 1)))).isEmpty();
    }

    ProfileWindow cents = hour(24, 100);

    assertThat(found(watch(open()).see(ORDERS, cents)))
        .singleElement()
        .satisfies(finding -> assertThat(finding.kind()).isEqualTo("semantic.unit"));
    assertThat(found(watch(open()).see(ORDERS, hour(25, 100)))).as("not learned").hasSize(1);
    ProfileWindow accepted = hour(26, 100);
    watch(open()).accept(ORDERS, accepted);
    assertThat(found(watch(open()).see(ORDERS, hour(27, 100)))).isEmpty();
  }

  @Test
  void invariant_10_a_file_says_neither_its_values_nor_its_table() throws Exception {
    watch(open()).see(ORDERS, hour(0, 1));

    String bytes = Files.readString(file(), StandardCharsets.ISO_8859_1);
    assertThat(bytes).startsWith("WKPROF1").doesNotContain("Planted", "profile-history", "shop");
    assertThat(file().getFileName().toString()).matches("[0-9a-f]{64}\\.profile");
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Path made = folder.resolve("made");
      ProfileHistory.open(made, 1, KEY, new SecureRandom());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void invariant_8_a_damaged_file_is_unknown_and_is_not_overwritten() throws Exception {
    ProfileHistory history = open();
    watch(history).see(ORDERS, hour(0, 1));
    Path file = file();
    byte[] whole = Files.readAllBytes(file);

    List<byte[]> damaged = new ArrayList<>();
    damaged.add(new byte[0]);
    damaged.add("WKPROF1\n".getBytes(StandardCharsets.US_ASCII));
    damaged.add(Arrays.copyOf(whole, whole.length / 2));
    for (int i = 0; i < 30; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      damaged.add(flipped);
    }
    for (byte[] bytes : damaged) {
      Files.write(file, bytes);
      Probe<List<Finding>> seen = watch(history).see(ORDERS, hour(1, 1));

      assertThat(seen).as("seed %d", SEED).isInstanceOf(Probe.Unknown.class);
      assertThat(((Probe.Unknown<List<Finding>>) seen).why())
          .contains("restore it")
          .doesNotContain("Planted");
      assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
      assertThatThrownBy(() -> watch(history).accept(ORDERS, hour(1, 1)))
          .isInstanceOf(IllegalStateException.class);
    }

    history.forget(ORDERS, SERIES);
    assertThat(history.read(ORDERS, SERIES)).isInstanceOf(Probe.Empty.class);
  }

  @Test
  void a_file_of_another_key_or_another_table_is_unknown() throws Exception {
    ProfileHistory history = open();
    watch(history).see(ORDERS, hour(0, 1));
    Path orders = file();

    assertThat(
            ProfileHistory.open(
                    folder,
                    2,
                    ProfileKey.of("k".repeat(32).getBytes(StandardCharsets.US_ASCII)),
                    new SecureRandom())
                .read(ORDERS, SERIES))
        .isInstanceOf(Probe.Unknown.class);

    watch(history).see(OTHERS, hour(0, 1));
    Path others;
    try (Stream<Path> files = Files.list(folder)) {
      others = files.filter(file -> !file.equals(orders)).findFirst().orElseThrow();
    }
    Files.copy(orders, others, StandardCopyOption.REPLACE_EXISTING);
    assertThat(history.read(OTHERS, SERIES)).isInstanceOf(Probe.Unknown.class);
    assertThat(history.read(ORDERS, SERIES)).isInstanceOf(Probe.Value.class);
  }

  @Test
  void a_folder_holds_as_many_files_as_the_host_says() throws Exception {
    ProfileHistory history = open();
    watch(history).see(ORDERS, hour(0, 1));
    watch(history).see(OTHERS, hour(0, 1));

    assertThatThrownBy(() -> watch(history).see(new Asset("shop", "public.more"), hour(0, 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("as many as the host allows");
    assertThat(found(watch(history).see(ORDERS, hour(1, 1)))).isEmpty();
  }

  @Test
  void what_a_killed_process_left_unfinished_is_no_history() throws Exception {
    watch(open()).see(ORDERS, hour(0, 1));
    Probe<Observation> before = open().read(ORDERS, SERIES);
    Path unfinished = folder.resolve(file().getFileName() + ".new");
    Files.writeString(unfinished, "torn");

    assertThat(open().read(ORDERS, SERIES)).isEqualTo(before);
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void series_of_one_table_are_kept_apart() throws Exception {
    ProfileHistory history = open();
    watch(history).see(ORDERS, hour(0, 1));

    assertThat(history.baselines("sample").of(ORDERS)).isInstanceOf(Probe.Empty.class);
    assertThat(history.baselines(SERIES).of(ORDERS)).isInstanceOf(Probe.Value.class);
    for (String wrong : List.of("", "../up", "Sample", "a/b", "x".repeat(65))) {
      assertThatThrownBy(() -> history.baselines(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> ProfileHistory.open(folder, 0, KEY, new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
