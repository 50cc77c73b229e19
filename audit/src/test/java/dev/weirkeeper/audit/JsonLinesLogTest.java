package dev.weirkeeper.audit;

import static dev.weirkeeper.audit.Sample.CLOCK;
import static dev.weirkeeper.audit.Sample.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Act;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesLogTest {
  @TempDir Path folder;

  @Test
  void an_empty_folder_is_an_empty_log() throws IOException {
    assertThat(JsonLinesLog.in(folder).verify())
        .isEqualTo(new JsonLinesLog.Report(Head.EMPTY, 0, Optional.empty()));
  }

  @Test
  void a_folder_that_is_not_there_cannot_be_read() {
    assertThatThrownBy(() -> JsonLinesLog.in(folder.resolve("gone")).verify())
        .isInstanceOf(IOException.class);
  }

  @Test
  void any_changed_byte_is_found() throws IOException {
    Sample.write(folder, 4);
    Path file = LogFiles.named(folder, 0);
    byte[] right = Files.readAllBytes(file);
    Head head = JsonLinesLog.in(folder).verify().head();
    long seed = 17;
    Random random = new Random(seed);
    for (int at = 0; at < right.length; at++) {
      byte[] changed = right.clone();
      changed[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, changed);

      JsonLinesLog.Report report = JsonLinesLog.in(folder).verify(head);

      assertThat(report.intact()).as("seed %d, byte %d", seed, at).isFalse();
    }
  }

  @Test
  void a_changed_record_is_found_at_its_line_or_the_next() throws IOException {
    Sample.write(folder, 5);

    assertProblem(lines -> lines.set(2, lines.get(2).replace("ana", "eve")), 4, "was changed");
    assertProblem(lines -> lines.set(2, lines.get(2).replace("\"seq\":2", "\"seq\":3")), 3, "3");
    assertProblem(
        lines -> lines.set(2, lines.get(2).replace("\"causes\"", "\"cause\"")), 3, "no record");
    assertProblem(
        lines -> lines.set(2, lines.get(2).replace("{\"previous\"", "{ \"previous\"")),
        3,
        "canonical");
    assertProblem(
        lines -> lines.set(2, lines.get(2).replace("08:00:00Z", "08:00:00.000Z")), 3, "canonical");
  }

  @Test
  void bytes_that_are_no_utf_8_are_found() throws IOException {
    byte[][] wrong = {
      {(byte) 0xff},
      {(byte) 0xc0, (byte) 0xaf}, // a slash in two bytes
      {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // half of a pair of surrogates
      {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // beyond the last character
      {(byte) 0xe2, (byte) 0x82} // cut short
    };
    for (byte[] bytes : wrong) {
      Sample.write(folder, 1);
      Path file = LogFiles.named(folder, 0);
      byte[] right = Files.readAllBytes(file);
      int at = new String(right, StandardCharsets.ISO_8859_1).indexOf("caf") + 3;
      byte[] changed = new byte[right.length + bytes.length];
      System.arraycopy(right, 0, changed, 0, at);
      System.arraycopy(bytes, 0, changed, at, bytes.length);
      System.arraycopy(right, at, changed, at + bytes.length, right.length - at);
      Files.write(file, changed);

      assertThat(JsonLinesLog.in(folder).verify().problem())
          .hasValueSatisfying(problem -> assertThat(problem.what()).contains("not UTF-8"));
      Files.delete(file);
    }
  }

  @Test
  void lines_that_were_removed_moved_or_added_are_found() throws IOException {
    Sample.write(folder, 5);

    assertProblem(lines -> lines.remove(0), 1, "number 1 where 0 follows");
    assertProblem(lines -> lines.remove(2), 3, "number 3 where 2 follows");
    assertProblem(lines -> lines.add(2, lines.get(1)), 3, "number 1 where 2 follows");
    assertProblem(lines -> lines.add(2, lines.remove(3)), 3, "number 3 where 2 follows");
    assertProblem(lines -> lines.add(2, ""), 3, "no record");
    assertProblem(lines -> lines.add("{}"), 6, "no record");
    assertProblem(
        lines ->
            lines.add(
                2,
                new String(
                    Line.encoded(
                        Hash.of(lines.get(1).getBytes(StandardCharsets.UTF_8)),
                        record(9).canonical(),
                        2),
                    StandardCharsets.UTF_8)),
        4,
        "number 2 where 3 follows");
  }

  private interface Change {
    void of(List<String> lines);
  }

  private void assertProblem(Change change, int line, String what) throws IOException {
    Path file = LogFiles.named(folder, 0);
    List<String> right = Files.readAllLines(file);
    List<String> lines = new ArrayList<>(right);
    change.of(lines);
    Files.write(file, lines);

    JsonLinesLog.Report report = JsonLinesLog.in(folder).verify();

    assertThat(report.problem()).isPresent();
    assertThat(report.problem().get().line()).isEqualTo(line);
    assertThat(report.problem().get().what()).contains(what);
    assertThat(report.head().records()).isEqualTo(line - 1);
    assertThatThrownBy(() -> Sample.records(folder)).isInstanceOf(IOException.class);
    Files.write(file, right);
  }

  @Test
  void a_log_that_was_cut_or_written_anew_is_found_by_a_head_noted_elsewhere() throws IOException {
    Sample.write(folder, 5);
    Head noted = JsonLinesLog.in(folder).verify().head();
    Path file = LogFiles.named(folder, 0);
    List<String> lines = Files.readAllLines(file);

    Files.write(file, lines.subList(0, 3));
    assertThat(JsonLinesLog.in(folder).verify().intact()).isTrue();
    assertThat(JsonLinesLog.in(folder).verify(noted).problem().get().what())
        .contains("ends after 3 records");

    Files.delete(file);
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      for (int i = 0; i < 7; i++) {
        sink.append(record(i + 1));
      }
    }
    assertThat(JsonLinesLog.in(folder).verify().intact()).isTrue();
    assertThat(JsonLinesLog.in(folder).verify(noted).problem().get().what()).contains("rewritten");
  }

  @Test
  void a_log_that_went_on_holds_what_it_held() throws IOException {
    Sample.write(folder, 5);
    Head noted = JsonLinesLog.in(folder).verify().head();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      sink.append(record(5));
    }

    assertThat(JsonLinesLog.in(folder).verify(noted).intact()).isTrue();
  }

  @Test
  void a_file_that_is_missing_renamed_or_torn_in_the_middle_is_found() throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 1000)) {
      for (int i = 0; i < 20; i++) {
        sink.append(record(i));
      }
    }
    List<Path> files = LogFiles.in(folder);
    Path middle = files.get(2);
    byte[] right = Files.readAllBytes(middle);

    Files.delete(middle);
    assertThat(JsonLinesLog.in(folder).verify().problem().get().what()).contains("its name says");
    Files.write(LogFiles.named(folder, LogFiles.firstRecord(middle) + 1), right);
    assertThat(JsonLinesLog.in(folder).verify().problem().get().what()).contains("its name says");
    Files.delete(LogFiles.named(folder, LogFiles.firstRecord(middle) + 1));
    Files.write(middle, Arrays.copyOf(right, right.length - 1));
    assertThat(JsonLinesLog.in(folder).verify().problem().get())
        .matches(problem -> problem.file().equals(middle.getFileName().toString()))
        .matches(problem -> problem.what().contains("not the last file"));
  }

  @Test
  void hostile_files_are_a_problem_and_no_crash() throws IOException {
    Path file = LogFiles.named(folder, 0);
    for (byte[] bytes :
        List.of(
            "\n".getBytes(StandardCharsets.UTF_8),
            new byte[] {(byte) 0xff, (byte) 0xfe, '\n'},
            ("[".repeat(100_000) + "\n").getBytes(StandardCharsets.UTF_8),
            "{\"previous\":1,\"record\":{},\"seq\":0}\n".getBytes(StandardCharsets.UTF_8),
            new byte[Line.MAX_BYTES + 2])) {
      Files.write(file, bytes);

      assertThat(JsonLinesLog.in(folder).verify().intact()).isFalse();
    }
  }

  @Test
  void invariant_2_acts_that_were_started_and_never_finished_are_listed() throws IOException {
    Caller caller = new Caller("playbook", Caller.Kind.POLICY);
    Act.Started body =
        new Act.Started(
            Hash.of(Json.of("act")),
            "table_create",
            Hash.of(Json.empty()),
            Json.empty(),
            caller,
            Optional.empty(),
            Hash.of(Json.empty()),
            Hash.of(Json.empty()),
            Optional.empty(),
            Optional.empty());
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      Journal journal = new Journal(sink, CLOCK);
      Optional<Asset> asset = Optional.of(new Asset("mirror", "public.orders"));
      Hash first = journal.write(Act.Started.KIND, caller.actor(), asset, body, List.of());
      Hash second = journal.write(Act.Started.KIND, caller.actor(), asset, body, List.of());
      assertThat(second).isEqualTo(first);
      journal.write(
          Act.Finished.KIND,
          caller.actor(),
          asset,
          new Act.Finished(body.action(), body.tool(), new Outcome.Failed("no")),
          List.of(first));
    }

    List<JsonLinesLog.Unsettled> unsettled = JsonLinesLog.in(folder).unsettled();

    assertThat(unsettled).hasSize(1);
    assertThat(unsettled.get(0).act()).isEqualTo(body);
    assertThat(unsettled.get(0).entry().receipt().sequence()).isEqualTo(1);
  }

  @Test
  void a_follower_reads_on_in_a_log_that_grows_into_further_files() throws IOException {
    List<Long> read = new ArrayList<>();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 1000);
        JsonLinesLog.Entries entries = JsonLinesLog.in(folder).follow()) {
      assertThat(entries.next()).isEmpty();
      for (int i = 0; i < 20; i++) {
        sink.append(record(i));
        if (i % 3 == 0) {
          readOn(entries, read);
        }
      }
      readOn(entries, read);
      readOn(entries, read);
    }

    assertThat(LogFiles.in(folder)).hasSizeGreaterThan(3);
    assertThat(read).containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
  }

  private static void readOn(JsonLinesLog.Entries entries, List<Long> read) throws IOException {
    for (Optional<JsonLinesLog.Entry> next = entries.next();
        next.isPresent();
        next = entries.next()) {
      read.add(next.get().receipt().sequence());
    }
  }

  @Test
  void a_follower_waits_for_the_end_of_a_line_and_sees_what_is_wrong() throws IOException {
    Sample.write(folder, 3);
    Path file = LogFiles.named(folder, 0);
    byte[] whole = Files.readAllBytes(file);
    List<Long> read = new ArrayList<>();
    Files.write(file, Arrays.copyOf(whole, 0));
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(folder).follow()) {
      for (int end = 0; end < whole.length; end += 7) {
        Files.write(file, Arrays.copyOf(whole, end));
        readOn(entries, read);
      }
      Files.write(file, whole);
      readOn(entries, read);
      assertThat(read).containsExactly(0L, 1L, 2L);

      byte[] wrong = Arrays.copyOf(whole, whole.length + 3);
      Arrays.fill(wrong, whole.length, wrong.length, (byte) '\n');
      Files.write(file, wrong);
      assertThatThrownBy(entries::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("line 4");
    }
  }
}
