package dev.weirkeeper.testkit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.TableReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableReaderKitTest {
  private static final Asset PEOPLE = new Asset("shop", "gold.people");

  /** A way to break a reader, and the tests that must see it. */
  enum Flaw {
    LEAVES_VALUES_OUT("a_table_is_read_whole_with_a_value_for_each_field"),
    KNOWS_NO_MORE_ROWS_THAN_WANTED("no_more_rows_are_read_than_were_wanted_and_the_answer_says_so"),
    ALWAYS_A_PART(
        "as_many_rows_as_there_are_is_the_whole_table",
        "a_table_is_read_whole_with_a_value_for_each_field"),
    COUNTS_NO_CHARACTERS("the_row_that_goes_beyond_the_characters_is_left_out"),
    SHOWS_ALL("invariant_4_what_the_host_hides_stays_hidden"),
    TAKES_UNREADABLE_FOR_EMPTY(
        "invariant_8_what_cannot_be_read_is_unknown_and_its_reason_holds_no_values"),
    QUOTES_A_VALUE("invariant_8_what_cannot_be_read_is_unknown_and_its_reason_holds_no_values"),
    READS_ON("nothing_is_read_once_the_call_is_stopped_or_late");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  static final class Adapter extends TableReaderKit {
    @Override
    protected TableReader reader() {
      return (table, rows, characters, call) -> {
        if (!table.equals(PEOPLE)) {
          return has(Flaw.TAKES_UNREADABLE_FOR_EMPTY)
              ? new Probe.Empty<>()
              : new Probe.Unknown<>(has(Flaw.QUOTES_A_VALUE) ? "no ann@x" : "no such table");
        }
        if (call.stop().isPresent() && !has(Flaw.READS_ON)) {
          return new Probe.Unknown<>("the call is over");
        }
        return new Probe.Value<>(people(rows, characters));
      };
    }

    private static TableReader.Rows people(int rows, long characters) {
      List<List<Optional<String>>> values = new ArrayList<>();
      long size = 0;
      for (String name : List.of("ann", "ben", "eve")) {
        String mail = has(Flaw.SHOWS_ALL) ? name + "@x" : "hidden";
        size += name.length() + mail.length();
        boolean beyond = size > characters && !has(Flaw.COUNTS_NO_CHARACTERS);
        if (values.size() == rows || beyond) {
          break;
        }
        values.add(
            has(Flaw.LEAVES_VALUES_OUT)
                ? List.of(Optional.of(name))
                : List.of(Optional.of(name), Optional.of(mail)));
      }
      boolean part = values.size() < 3 && !has(Flaw.KNOWS_NO_MORE_ROWS_THAN_WANTED);
      return new TableReader.Rows(
          List.of(new TableReader.Field("name", "text"), new TableReader.Field("mail", "text")),
          values,
          part || has(Flaw.ALWAYS_A_PART) ? TableReader.Extent.PART : TableReader.Extent.WHOLE);
    }

    @Override
    protected Asset table() {
      return PEOPLE;
    }

    @Override
    protected Set<String> hidden() {
      return Set.of("ann@x", "ben@x");
    }

    @Override
    protected List<Asset> unreadable() {
      return List.of(new Asset("shop", "gold.private"));
    }
  }

  @Test
  void a_reader_that_holds_to_it_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);
    try {
      KitRun.of(Adapter.class).assertCaughtBy(flaw.caughtBy);
    } finally {
      planted = Optional.empty();
    }
  }

  @Test
  void each_test_of_the_kit_fails_for_some_flaw() {
    KitRun.assertSeenToFail(
        TableReaderKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
