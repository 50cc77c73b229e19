package dev.weirkeeper.examples.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** Rows under headings, aligned by the columns that characters take, cut to a terminal's width. */
final class Table {
  private static final String GAP = "  ";
  private static final String CUT = "\u2026";
  private static final int NARROWEST = 6;

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... headings) {
    this(Arrays.asList(headings));
  }

  Table(List<String> headings) {
    this.headings =
        headings.stream().map(name -> Visible.line(name).toUpperCase(Locale.ROOT)).toList();
  }

  void add(String... cells) {
    add(Arrays.asList(cells));
  }

  void add(List<String> cells) {
    if (cells.size() != headings.size()) {
      throw new IllegalArgumentException(
          "A row of " + headings.size() + " cells was expected, got " + cells.size());
    }
    rows.add(cells.stream().map(Visible::line).toList());
  }

  /**
   * @param style how a cell of a row, counted from 0, is set off; asked with the cell's text
   */
  List<String> lines(
      Optional<Integer> width, Style heading, BiFunction<Integer, String, Style> style) {
    int[] widths = widths(width);
    List<String> lines = new ArrayList<>();
    lines.add(line(headings, widths, (column, text) -> heading));
    rows.forEach(row -> lines.add(line(row, widths, style)));
    return lines;
  }

  private int[] widths(Optional<Integer> total) {
    int[] widths = new int[headings.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      widths[i] =
          Math.max(
              columns(headings.get(i)),
              rows.stream().mapToInt(row -> columns(row.get(column))).max().orElse(0));
    }
    total.ifPresent(most -> shrink(widths, most - GAP.length() * (widths.length - 1)));
    return widths;
  }

  /** Takes from the widest column, again and again. */
  private static void shrink(int[] widths, int most) {
    int over = Arrays.stream(widths).sum() - most;
    while (over > 0) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= NARROWEST) {
        return;
      }
      widths[widest]--;
      over--;
    }
  }

  private static String line(
      List<String> cells, int[] widths, BiFunction<Integer, String, Style> style) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String whole = cells.get(i);
      String cell = cut(whole, widths[i]);
      boolean last = i == widths.length - 1;
      line.append(style.apply(i, whole).on(cell));
      if (!last) {
        line.append(" ".repeat(widths[i] - columns(cell))).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }

  /** Cut to so many columns, the last of them a mark. */
  static String cut(String text, int columns) {
    if (columns(text) <= columns) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int used = 1;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      used += columns(character);
      if (used > columns) {
        break;
      }
      out.appendCodePoint(character);
      i += Character.charCount(character);
    }
    return out.append(CUT).toString();
  }

  static int columns(String text) {
    return text.codePoints().map(Table::columns).sum();
  }

  private static int columns(int character) {
    int type = Character.getType(character);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    return isWide(character) ? 2 : 1;
  }

  /** East Asian wide and full-width characters and pictographs, by block. */
  private static boolean isWide(int character) {
    return character >= 0x1100 && character <= 0x115f
        || character >= 0x2e80 && character <= 0xa4cf && character != 0x303f
        || character >= 0xac00 && character <= 0xd7a3
        || character >= 0xf900 && character <= 0xfaff
        || character >= 0xfe30 && character <= 0xfe6f
        || character >= 0xff00 && character <= 0xff60
        || character >= 0xffe0 && character <= 0xffe6
        || character >= 0x1f300 && character <= 0x1faff
        || character >= 0x20000 && character <= 0x3fffd;
  }
}
