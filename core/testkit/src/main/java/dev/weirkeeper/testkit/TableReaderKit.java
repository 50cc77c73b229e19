package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.Tool;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What each {@link TableReader} holds to. */
public abstract class TableReaderKit {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int ALL = 1_000;
  private static final long ANY = 1_000_000;

  protected abstract TableReader reader() throws Exception;

  /** A table that may be read, of 3 rows to 100. */
  protected abstract Asset table();

  /** Values of that table that the host hides. At least one. */
  protected abstract Set<String> hidden();

  /** Tables that cannot or may not be read. At least one. */
  protected abstract List<Asset> unreadable();

  /** What the reader takes for the time. */
  protected Clock clock() {
    return Clock.systemUTC();
  }

  private TestCall call(Asset table) {
    return new TestCall(
        Hash.of(Json.empty()),
        table,
        Optional.empty(),
        Optional.empty(),
        clock().instant().plus(PATIENCE));
  }

  private Probe<TableReader.Rows> read(Asset table, int rows, long characters) throws Exception {
    return reader().read(table, rows, characters, call(table));
  }

  private TableReader.Rows found(int rows, long characters) throws Exception {
    Probe<TableReader.Rows> found = read(table(), rows, characters);
    if (found instanceof Probe.Value<TableReader.Rows> value) {
      return value.value();
    }
    throw new AssertionError(table() + " was not read: " + found);
  }

  private static long size(List<List<Optional<String>>> rows) {
    return rows.stream()
        .flatMap(List::stream)
        .mapToLong(value -> value.map(String::length).orElse(0))
        .sum();
  }

  @Test
  void a_table_is_read_whole_with_a_value_for_each_field() throws Exception {
    TableReader.Rows rows = found(ALL, ANY);

    assertThat(rows.extent()).isEqualTo(TableReader.Extent.WHOLE);
    assertThat(rows.values()).hasSizeBetween(3, 100);
    assertThat(rows.values()).allSatisfy(row -> assertThat(row).hasSameSizeAs(rows.fields()));
    assertThat(rows.fields().stream().map(TableReader.Field::name)).doesNotHaveDuplicates();
  }

  @Test
  void no_more_rows_are_read_than_were_wanted_and_the_answer_says_so() throws Exception {
    TableReader.Rows rows = found(2, ANY);

    assertThat(rows.values()).hasSize(2);
    assertThat(rows.extent()).isEqualTo(TableReader.Extent.PART);
  }

  @Test
  void as_many_rows_as_there_are_is_the_whole_table() throws Exception {
    int all = found(ALL, ANY).values().size();

    assertThat(found(all, ANY).extent()).isEqualTo(TableReader.Extent.WHOLE);
  }

  @Test
  void the_row_that_goes_beyond_the_characters_is_left_out() throws Exception {
    List<List<Optional<String>>> two = found(2, ANY).values();

    TableReader.Rows rows = found(ALL, size(two));

    assertThat(size(rows.values())).isLessThanOrEqualTo(size(two));
    assertThat(rows.values()).hasSizeLessThan(found(ALL, ANY).values().size());
    assertThat(rows.extent()).isEqualTo(TableReader.Extent.PART);
  }

  @Test
  void invariant_4_what_the_host_hides_stays_hidden() throws Exception {
    assertThat(hidden()).as("hidden()").isNotEmpty();
    Set<String> shown = new TreeSet<>();
    found(ALL, ANY).values().forEach(row -> row.forEach(value -> value.ifPresent(shown::add)));

    assertThat(shown).isNotEmpty().noneMatch(text -> hidden().stream().anyMatch(text::contains));
  }

  @Test
  void invariant_8_what_cannot_be_read_is_unknown_and_its_reason_holds_no_values()
      throws Exception {
    assertThat(unreadable()).as("unreadable()").isNotEmpty();
    for (Asset table : unreadable()) {
      assertUnknown(table, read(table, ALL, ANY));
    }
  }

  @Test
  void nothing_is_read_once_the_call_is_stopped_or_late() throws Exception {
    TestCall soon = call(table());
    TestCall late =
        new TestCall(
                soon.actionId(),
                soon.target(),
                soon.state(),
                soon.stop(),
                clock().instant().minus(PATIENCE))
            .stopped("The deadline of the call is over");
    for (Tool.Call over : List.of(soon.stopped("All acts are stopped: kit"), late)) {
      assertUnknown(table(), reader().read(table(), ALL, ANY, over));
    }
  }

  private void assertUnknown(Asset table, Probe<TableReader.Rows> answer) {
    assertThat(answer).as(table.toString()).isInstanceOf(Probe.Unknown.class);
    String why = ((Probe.Unknown<TableReader.Rows>) answer).why();
    assertThat(why).isNotBlank();
    assertThat(hidden()).noneMatch(why::contains);
  }
}
