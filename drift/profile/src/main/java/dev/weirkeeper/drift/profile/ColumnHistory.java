package dev.weirkeeper.drift.profile;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What is remembered of one column: the last window, how far windows lay from each other, and which
 * labels and shapes there were. Immutable.
 *
 * <p>Labels of a window in which nearly every value is another one are forgotten here: they are no
 * labels.
 */
final class ColumnHistory {
  private static final int FORM = 1;
  private static final int MOST_KNOWN = 1024;
  private static final int FEW_LABELS = 20;
  private static final double[] NOTHING = new double[0];

  private final String name;
  private final int windows;
  private final Instant lastFrom;
  private final ColumnSketch last;
  private final Tally labels;
  private final Tally shapes;
  private final DateOrder dates;
  private final Map<Measure, double[]> past;

  private ColumnHistory(
      String name,
      int windows,
      Instant lastFrom,
      ColumnSketch last,
      Tally labels,
      Tally shapes,
      DateOrder dates,
      Map<Measure, double[]> past) {
    this.name = name;
    this.windows = windows;
    this.lastFrom = lastFrom;
    this.last = last;
    this.labels = labels;
    this.shapes = shapes;
    this.dates = dates;
    this.past = past;
  }

  /** A column that is seen for the first time. */
  static ColumnHistory begun(ColumnProfile column, Instant from, int rows) {
    ColumnHistory nothing =
        new ColumnHistory(
            column.name(),
            0,
            from,
            new ColumnSketch(column.kind()),
            new Tally(MOST_KNOWN),
            new Tally(MOST_KNOWN),
            new DateOrder(),
            new EnumMap<>(Measure.class));
    return nothing.with(column, from, new Comparison(nothing, column.sketch(), from, rows));
  }

  /** The history with a window more. */
  ColumnHistory with(ColumnProfile column, Instant from, Comparison comparison) {
    Map<Measure, double[]> longer = new EnumMap<>(past);
    comparison
        .all()
        .forEach((measure, value) -> longer.put(measure, appended(past(measure), value)));
    return new ColumnHistory(
        column.name(),
        Math.min(windows + 1, Integer.MAX_VALUE - 1),
        from,
        kept(column.sketch()),
        known(labels, kept(column.sketch()).labels),
        known(shapes, column.sketch().coarseShapes),
        merged(column.sketch().dates),
        longer);
  }

  /**
   * The history of a column whose change was accepted: usual distances stay usual, levels are
   * learned again, and labels and shapes are known from now on.
   */
  ColumnHistory accepting(ColumnProfile column, Instant from) {
    Map<Measure, double[]> distances = new EnumMap<>(past);
    distances.remove(Measure.NULL_RATE);
    distances.remove(Measure.KEYNESS);
    return new ColumnHistory(
        column.name(),
        windows + 1,
        from,
        kept(column.sketch()),
        known(labels, kept(column.sketch()).labels),
        known(shapes, column.sketch().coarseShapes),
        column.sketch().dates.copy(),
        distances);
  }

  private static double[] appended(double[] before, double value) {
    int dropped = before.length < Calibration.KEPT ? 0 : 1;
    double[] longer = Arrays.copyOfRange(before, dropped, before.length + 1);
    longer[longer.length - 1] = value;
    return longer;
  }

  private static Tally known(Tally before, Tally now) {
    Tally known = before.copy();
    known.merge(now);
    return known;
  }

  private DateOrder merged(DateOrder now) {
    DateOrder merged = dates.copy();
    merged.merge(now);
    return merged;
  }

  private static ColumnSketch kept(ColumnSketch sketch) {
    int different = sketch.labels.counts().size();
    if (different <= FEW_LABELS || different <= sketch.values / 2) {
      return sketch;
    }
    ColumnSketch kept = sketch.copy();
    kept.labels.overflow();
    return kept;
  }

  ValueKind kind() {
    return last.kind;
  }

  int windows() {
    return windows;
  }

  Instant lastFrom() {
    return lastFrom;
  }

  ColumnSketch last() {
    return last;
  }

  Tally labels() {
    return labels;
  }

  Tally shapes() {
    return shapes;
  }

  DateOrder dates() {
    return dates;
  }

  /** What was measured in the past, the oldest first. */
  double[] past(Measure measure) {
    return past.getOrDefault(measure, NOTHING);
  }

  byte[] encoded() {
    ByteWriter out = new ByteWriter();
    write(out);
    return out.toBytes();
  }

  void write(ByteWriter out) {
    out.int8(FORM);
    out.text(name);
    out.int32(windows);
    out.moment(lastFrom);
    last.write(out);
    labels.write(out);
    shapes.write(out);
    dates.write(out);
    out.int8(past.size());
    past.forEach(
        (measure, values) -> {
          out.constant(measure);
          out.float64s(values);
        });
  }

  static ColumnHistory read(ByteParser in) {
    if (in.int8() != FORM) {
      throw ByteParser.malformed("its history has a form that this version does not know");
    }
    String name = in.text();
    int windows = in.int32();
    Instant lastFrom = in.moment();
    ColumnSketch last = ColumnSketch.read(in);
    Tally labels = Tally.read(MOST_KNOWN, in);
    Tally shapes = Tally.read(MOST_KNOWN, in);
    DateOrder dates = DateOrder.read(in);
    Map<Measure, double[]> past = new EnumMap<>(Measure.class);
    for (int left = in.int8(); left > 0; left--) {
      Measure measure = in.constant(Measure.class);
      double[] values = in.float64s();
      if (values.length > Calibration.KEPT || !Arrays.stream(values).allMatch(Double::isFinite)) {
        throw ByteParser.malformed("it remembers what nothing can measure");
      }
      past.put(measure, values);
    }
    if (windows < 1) {
      throw ByteParser.malformed("it is a history of no window");
    }
    return new ColumnHistory(name, windows, lastFrom, last, labels, shapes, dates, past);
  }
}
