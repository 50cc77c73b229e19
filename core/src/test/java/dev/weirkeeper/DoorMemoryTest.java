package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.done;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoorMemoryTest {
  private static final Instant AT = Instant.parse("2026-11-23T08:00:00Z");

  @TempDir Path folder;

  private static DoorEvent.Spent spent(long number) {
    return spent(number, AT);
  }

  private static DoorEvent.Spent spent(long number, Instant at) {
    return new DoorEvent.Spent(
        number, at, Hash.of(Json.of(number)), WRITE, ORDERS, "writes", 1, "ana", Optional.empty());
  }

  private static void write(DoorMemory memory, DoorEvent... events) {
    memory.update(state -> new DoorMemory.Change<>(List.of(events), true));
  }

  private static long calls(DoorMemory memory) {
    return memory.look(state -> state.nextNumber() - 1);
  }

  private Path file() {
    return folder.resolve("door.jsonl");
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(file());
  }

  @Test
  void what_is_remembered_is_there_for_all_who_open_the_folder() throws IOException {
    DoorMemory one = DoorMemory.in(folder);
    DoorMemory two = DoorMemory.in(folder);
    write(one, spent(1));
    write(two, spent(2));

    assertThat(calls(one)).isEqualTo(2);
    assertThat(calls(two)).isEqualTo(2);
    assertThat(calls(DoorMemory.in(folder))).isEqualTo(2);
  }

  @Test
  void a_step_is_one_line_so_that_it_is_torn_as_a_whole() throws IOException {
    DoorMemory memory = DoorMemory.in(folder);
    write(memory, spent(1));
    write(memory, spent(2), new DoorEvent.Frozen(AT, "writes", "why"));
    String whole = Files.readString(file());
    List<String> lines = lines();
    int first = lines.get(0).length() + 1;
    int second = first + lines.get(1).length() + 1;

    assertThat(lines).hasSize(3);
    for (int cut = first; cut < whole.length(); cut++) {
      Files.writeString(file(), whole.substring(0, cut));

      DoorMemory torn = DoorMemory.in(folder);

      assertThat(calls(torn)).as("cut at %d", cut).isEqualTo(cut < second ? 0 : 1);
      assertThat(torn.<Boolean>look(state -> state.frozen().isEmpty())).isTrue();
      assertThat(Files.size(file())).isEqualTo(cut < second ? first : second);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"events\":[{\"at\":\"1970"})
  void a_first_line_that_was_torn_is_begun_anew(String torn) throws IOException {
    Files.writeString(file(), torn);

    write(DoorMemory.in(folder), spent(1));

    assertThat(calls(DoorMemory.in(folder))).isEqualTo(1);
    assertThat(lines()).hasSize(2);
  }

  @Test
  void a_last_line_that_was_torn_is_cut_off_and_what_follows_is_read() throws IOException {
    DoorMemory memory = DoorMemory.in(folder);
    write(memory, spent(1));
    Files.writeString(file(), "{\"events\":[{\"is\":\"spe", StandardOpenOption.APPEND);

    assertThat(calls(memory)).isEqualTo(1);
    write(memory, spent(2));

    assertThat(calls(DoorMemory.in(folder))).isEqualTo(2);
    assertThat(lines()).hasSize(3);
  }

  static List<String> damage() {
    return List.of(
        "",
        "x",
        "{}",
        "\u0000\u0000",
        "{\"events\":[{\"is\":\"nothing\"}]}",
        "{\"events\":[],\"events\":[]}",
        Json.of(Map.of("events", List.of())).text() + "x",
        Json.of(Map.of("events", List.of(Map.of("is", "spent", "number", -1)))).text());
  }

  @ParameterizedTest
  @MethodSource("damage")
  void a_line_in_the_middle_that_is_damaged_is_refused_and_lets_nothing_through(String damaged)
      throws IOException {
    TestDoor door = new TestDoor();
    door.grants.allow(Grant.to("ana", Effect.WRITE));
    door.memory = DoorMemory.in(folder);
    door.perform(ANA, on(ORDERS, WRITE, "1"));
    door.called.clear();
    List<String> lines = new ArrayList<>(lines());
    lines.add(2, damaged);
    lines.add(lines.get(1));
    Files.write(file(), lines);

    assertThatThrownBy(() -> DoorMemory.in(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("door.jsonl is damaged")
        .hasMessageContaining("compare the file with the journal");
    assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, WRITE, "2")))
        .isInstanceOf(JournalException.class);
    assertThat(door.called).isEmpty();
  }

  @Test
  void a_file_that_does_not_begin_as_one_is_refused() throws IOException {
    write(DoorMemory.in(folder), spent(1));
    Files.write(file(), lines().subList(1, 2));

    assertThatThrownBy(() -> DoorMemory.in(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged");
  }

  @Test
  void damage_that_was_mended_is_read_once() throws IOException {
    DoorMemory memory = DoorMemory.in(folder);
    DoorMemory other = DoorMemory.in(folder);
    Approval.Request request = request();
    write(other, new DoorEvent.Requested(request));
    write(other, new DoorEvent.Voted(vote(request)));
    String whole = Files.readString(file());
    Files.writeString(file(), "x\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> calls(memory)).isInstanceOf(JournalException.class);
    assertThatThrownBy(() -> calls(memory)).hasMessageContaining("is damaged");
    Files.writeString(file(), whole);

    List<Approval> approvals = memory.look(state -> state.approvals(AT));
    assertThat(approvals).hasSize(1);
    assertThat(approvals.get(0).votes()).hasSize(1);
  }

  @Test
  void a_file_that_is_moved_away_while_it_is_used_frees_nothing() throws IOException {
    TestDoor door = new TestDoor();
    door.grants.allow(Grant.to("ana", Effect.WRITE));
    door.budgets = Budgets.STANDARD.with(Budget.of("writes", WRITE).acts(1));
    door.memory = DoorMemory.in(folder);
    assertThat(door.perform(ANA, on(ORDERS, WRITE)).isDone()).isTrue();
    Path aside = folder.resolve("aside");
    Files.move(file(), aside);

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, WRITE)))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("cut, moved or exchanged while it was in use");
    }
    // Somebody else begins a new one.
    DoorMemory.in(folder);
    assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, WRITE)))
        .isInstanceOf(JournalException.class);
    assertThat(door.called).hasSize(1);

    Files.move(aside, file(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(refusal(door.perform(ANA, on(ORDERS, WRITE)))).isPresent();
  }

  @Test
  void invariant_2_a_folder_that_cannot_be_written_lets_nothing_through() throws IOException {
    TestDoor door = new TestDoor();
    door.grants.allow(Grant.to("ana", Effect.WRITE));
    door.memory = DoorMemory.in(folder);
    Files.delete(file());
    Files.createDirectory(file());

    assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, WRITE)))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("The door's memory cannot be read or written, so nothing is done");
    assertThat(door.called).isEmpty();
  }

  @Test
  void a_thread_that_was_told_to_stop_still_writes_down_what_it_did() throws IOException {
    TestDoor door = new TestDoor();
    door.grants.allow(Grant.to("ana", Effect.WRITE));
    door.memory = DoorMemory.in(folder);
    door.handler =
        (input, call) -> {
          Thread.currentThread().interrupt();
          return done();
        };

    Outcome outcome = door.perform(ANA, on(ORDERS, WRITE));
    boolean stillTold = Thread.interrupted();

    assertThat(outcome.isDone()).isTrue();
    assertThat(stillTold).isTrue();
    assertThat(door.open().unsettled()).isEmpty();
  }

  @Test
  void a_large_file_is_written_anew_while_it_is_used_by_all() throws IOException {
    DoorMemory one = DoorMemory.in(folder, 4_000);
    DoorMemory two = DoorMemory.in(folder, 4_000);
    Instant at = AT;
    for (int i = 1; i <= 200; i++) {
      at = at.plus(Duration.ofHours(2));
      DoorMemory memory = i % 2 == 0 ? one : two;
      write(memory, spent(i, at));
      write(memory, new DoorEvent.Came(i, at, DoorEvent.Result.DONE, Optional.empty()));
      assertThat(calls(i % 2 == 0 ? two : one)).isEqualTo(i);
    }

    assertThat(Files.size(file())).isLessThan(100_000);
    assertThat(lines().get(0)).doesNotContain("\"generation\":1,");
    assertThat(calls(DoorMemory.in(folder))).isEqualTo(200);
    assertThat(Files.exists(folder.resolve("door.jsonl.new"))).isFalse();
  }

  @Test
  void what_was_left_by_a_host_that_died_while_it_wrote_anew_is_no_matter() throws IOException {
    write(DoorMemory.in(folder), spent(1));
    Files.writeString(folder.resolve("door.jsonl.new"), "half a li", StandardCharsets.UTF_8);

    DoorMemory memory = DoorMemory.in(folder, 1);

    assertThat(calls(memory)).isEqualTo(1);
    write(memory, spent(2));
    assertThat(calls(DoorMemory.in(folder))).isEqualTo(2);
  }

  @Test
  void a_clock_that_a_person_set_back_stays_set_when_the_file_is_written_anew() {
    DoorState state = new DoorState();
    Instant future = AT.plus(Duration.ofDays(30));
    state.apply(spent(1, future));
    state.apply(new DoorEvent.Came(1, future, DoorEvent.Result.FAILED, Optional.empty()));
    state.apply(new DoorEvent.Frozen(future, "writes", "why"));
    state.apply(new DoorEvent.ClockSet(AT, "ana"));

    DoorState again = new DoorState();
    state.compact().forEach(again::apply);

    assertThat(again.wrong(AT)).isEmpty();
    assertThat(again.now(AT)).isEqualTo(AT);
    assertThat(again.frozen()).hasSize(1);
    assertThat(again.compact()).isEqualTo(state.compact());
  }

  private static Approval.Request request() {
    Hash hash = Hash.of(Json.empty());
    return new Approval.Request(
        hash,
        WRITE,
        Json.empty(),
        ORDERS,
        TestDoor.AGENT,
        Optional.empty(),
        hash,
        "sales",
        Set.of("ana"),
        1,
        "please",
        AT,
        AT.plusSeconds(60));
  }

  private static Approval.Vote vote(Approval.Request request) {
    return new Approval.Vote(request.id(), AT, "ana", Approval.Word.APPROVE);
  }
}
