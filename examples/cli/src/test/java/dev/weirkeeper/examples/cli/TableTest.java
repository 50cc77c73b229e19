package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final String ESC = "\u001b";

  private static List<String> lines(Table table, Optional<Integer> width) {
    return table.lines(width, Style.PLAIN, (column, text) -> Style.PLAIN);
  }

  @Test
  void columns_are_aligned_and_nothing_is_cut_where_nobody_looks() {
    Table table = new Table("name", "why");
    table.add("a", "x".repeat(300));
    table.add("longer", "y");

    assertThat(lines(table, Optional.empty()))
        .containsExactly("NAME    WHY", "a       " + "x".repeat(300), "longer  y");
  }

  @Test
  void the_widest_column_is_cut_to_the_terminal_and_says_so() {
    Table table = new Table("name", "why");
    table.add("orders", "x".repeat(300));

    assertThat(lines(table, Optional.of(40)))
        .containsExactly("NAME    WHY", "orders  " + "x".repeat(31) + "\u2026")
        .allSatisfy(line -> assertThat(Table.columns(line)).isLessThanOrEqualTo(40));
  }

  @Test
  void wide_and_combining_characters_take_the_columns_that_terminals_give_them() {
    Table table = new Table("name", "n");
    table.add("\u6ce8\u6587", "1");
    table.add("e\u0301t\u00e9", "2");
    table.add("abcd", "3");

    assertThat(lines(table, Optional.empty()))
        .containsExactly("NAME  N", "\u6ce8\u6587  1", "e\u0301t\u00e9   2", "abcd  3");
  }

  @Test
  void a_cell_cannot_move_the_cursor_break_the_line_or_turn_the_text_around() {
    Table table = new Table("name" + ESC + "[2J");
    table.add("evil" + ESC + "[2J\n\u009b31m\u202e\u200bx");

    assertThat(lines(table, Optional.empty()))
        .containsExactly("NAME\\U{1B}[2J", "evil\\u{1b}[2J\\n\\u{9b}31m\\u{202e}\\u{200b}x");
  }
}
