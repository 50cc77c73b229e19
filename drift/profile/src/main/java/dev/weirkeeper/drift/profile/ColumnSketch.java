package dev.weirkeeper.drift.profile;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Takes in the values of one column. Memory is bounded whatever comes: 4 KiB for the distinct
 * counter, 9 KiB for the quantiles, and what the tallies hold: at most 256 labels of 64 characters
 * and 2 times 128 shapes of 33. Confined to one thread.
 */
final class ColumnSketch {
  static final int MOST_LABELS = 256;
  static final int LONGEST_LABEL = 64;
  static final int MOST_SHAPES = 128;

  private static final int FORM = 1;

  final ValueKind kind;
  long values;
  long nulls;

  /** Values that have no place among the quantiles: NaN, infinity, no date. */
  long unplaced;

  final Distinct distinct;

  /** Numbers, seconds since 1970, or lengths in characters as Unicode counts them. */
  final Quantiles quantiles;

  final Tally labels;
  final Tally fineShapes;
  final Tally coarseShapes;
  final DateOrder dates;

  ColumnSketch(ValueKind kind) {
    this(
        kind,
        new Distinct(),
        new Quantiles(),
        new Tally(MOST_LABELS),
        new Tally(MOST_SHAPES),
        new Tally(MOST_SHAPES),
        new DateOrder());
  }

  private ColumnSketch(
      ValueKind kind,
      Distinct distinct,
      Quantiles quantiles,
      Tally labels,
      Tally fineShapes,
      Tally coarseShapes,
      DateOrder dates) {
    this.kind = kind;
    this.distinct = distinct;
    this.quantiles = quantiles;
    this.labels = labels;
    this.fineShapes = fineShapes;
    this.coarseShapes = coarseShapes;
    this.dates = dates;
  }

  void addNull() {
    nulls++;
  }

  void add(String value) {
    values++;
    distinct.add(value);
    switch (kind) {
      case NUMBER -> place(number(value));
      case INSTANT -> place(PostgresTime.seconds(value));
      case FLAG -> labels.add(flag(value));
      case TEXT -> addText(value);
      case HIDDEN -> labels.overflow();
    }
  }

  private void addText(String value) {
    int length = value.codePointCount(0, value.length());
    quantiles.add(length);
    labels.add(length <= LONGEST_LABEL ? value : label(value));
    fineShapes.add(Shape.fine(value));
    coarseShapes.add(Shape.coarse(value));
    dates.add(value);
  }

  /** The beginning of a long text, and what tells it from others that begin so. */
  private static String label(String value) {
    int end = value.offsetByCodePoints(0, LONGEST_LABEL - 17);
    long hash = Distinct.hash(value.getBytes(StandardCharsets.UTF_8));
    return value.substring(0, end) + "~" + HexFormat.of().toHexDigits(hash);
  }

  private void place(OptionalDouble number) {
    if (number.isPresent() && Double.isFinite(number.getAsDouble())) {
      quantiles.add(number.getAsDouble());
    } else {
      unplaced++;
    }
  }

  private static OptionalDouble number(String value) {
    try {
      return OptionalDouble.of(Double.parseDouble(value));
    } catch (NumberFormatException notANumber) {
      return OptionalDouble.empty();
    }
  }

  private static String flag(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "t", "true", "1", "y", "yes", "on" -> "true";
      case "f", "false", "0", "n", "no", "off" -> "false";
      default -> "other";
    };
  }

  /**
   * @throws IllegalArgumentException if the other one is of another kind
   */
  void merge(ColumnSketch other) {
    if (other.kind != kind) {
      throw new IllegalArgumentException(
          "A profile of " + other.kind + " cannot be merged into one of " + kind);
    }
    values += other.values;
    nulls += other.nulls;
    unplaced += other.unplaced;
    distinct.merge(other.distinct);
    quantiles.merge(other.quantiles);
    labels.merge(other.labels);
    fineShapes.merge(other.fineShapes);
    coarseShapes.merge(other.coarseShapes);
    dates.merge(other.dates);
  }

  ColumnSketch copy() {
    ColumnSketch copy =
        new ColumnSketch(
            kind,
            distinct.copy(),
            quantiles.copy(),
            labels.copy(),
            fineShapes.copy(),
            coarseShapes.copy(),
            dates.copy());
    copy.values = values;
    copy.nulls = nulls;
    copy.unplaced = unplaced;
    return copy;
  }

  void write(ByteWriter out) {
    out.int8(FORM);
    out.constant(kind);
    out.int64(values);
    out.int64(nulls);
    out.int64(unplaced);
    distinct.write(out);
    quantiles.write(out);
    labels.write(out);
    fineShapes.write(out);
    coarseShapes.write(out);
    dates.write(out);
  }

  /**
   * @throws IllegalArgumentException if it is no sketch
   */
  static ColumnSketch read(ByteParser in) {
    if (in.int8() != FORM) {
      throw ByteParser.malformed("it has a form that this version does not know");
    }
    ValueKind kind = in.constant(ValueKind.class);
    long values = in.count();
    long nulls = in.count();
    long unplaced = in.count();
    ColumnSketch read =
        new ColumnSketch(
            kind,
            Distinct.read(in),
            Quantiles.read(in),
            Tally.read(MOST_LABELS, in),
            Tally.read(MOST_SHAPES, in),
            Tally.read(MOST_SHAPES, in),
            DateOrder.read(in));
    read.values = values;
    read.nulls = nulls;
    read.unplaced = unplaced;
    if (read.quantiles.count() > values || unplaced > values) {
      throw ByteParser.malformed("it has more quantiles than values");
    }
    return read;
  }
}
