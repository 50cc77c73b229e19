package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * What the values of one column are like over a window: counts and sketches that merge, so that
 * partitions and hours combine into tables and days. Immutable and safe to share between threads.
 *
 * <p>Quantiles, least, largest and labels are values of rows. They are kept only here and in what
 * {@link #encoded} gives, never in a finding: treat both as the data they come from. Labels are
 * kept for columns with at most 256 different ones of at most 64 characters; of a column of names
 * or addresses none is.
 *
 * <p>Memory: 64 KiB at most for labels of ASCII, 15 KiB for numbers.
 */
public final class ColumnProfile {
  private final String name;
  private final ColumnSketch sketch;

  ColumnProfile(String name, ColumnSketch sketch) {
    this.name = requireNonNull(name, "name");
    this.sketch = sketch;
  }

  /** As an agent may write it, see {@link dev.weirkeeper.Handles}. */
  public String name() {
    return name;
  }

  public ValueKind kind() {
    return sketch.kind;
  }

  /** Rows of which it is known whether they hold a value. */
  public long rows() {
    return sketch.values + sketch.nulls;
  }

  public long nulls() {
    return sketch.nulls;
  }

  /** Values that were no finite number or no date, in a column of such. */
  public long unplaced() {
    return sketch.unplaced;
  }

  /** How many different values there are, with a standard error of 1.6 %. */
  public double distinct() {
    return sketch.distinct.estimate();
  }

  /** Different values per value, at most 1: 1 for a key. Empty without values. */
  public OptionalDouble keyness() {
    return sketch.values == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, distinct() / sketch.values));
  }

  /**
   * The number, second since 1970 or length of text at or below which this fraction of them lies,
   * with an error of about 1.7 % of the rank. Empty where there is none.
   */
  public OptionalDouble quantile(double fraction) {
    return sketch.quantiles.count() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(sketch.quantiles.distribution().quantile(fraction));
  }

  /** The least number, second since 1970 or length of text. */
  public OptionalDouble min() {
    return quantile(0);
  }

  public OptionalDouble max() {
    return quantile(1);
  }

  /** How often each label occurs; {@code true} and {@code false} of flags. Empty if too many. */
  public SortedMap<String, Long> labels() {
    return sketch.labels.counts();
  }

  /** Whether there are more labels than are kept. */
  public boolean labelsAreMany() {
    return sketch.labels.overflowed();
  }

  /**
   * How often texts have which shape: {@code A} for an upper-case letter, {@code a} for any other,
   * {@code 9} for a digit, {@code _} for a blank. Runs are one character where there are too many
   * shapes otherwise; empty where that is not enough.
   */
  public Map<String, Long> shapes() {
    return sketch.fineShapes.overflowed()
        ? sketch.coarseShapes.counts()
        : sketch.fineShapes.counts();
  }

  /**
   * The profile of both.
   *
   * @throws IllegalArgumentException if the other one is of another kind
   */
  public ColumnProfile merge(ColumnProfile other) {
    ColumnSketch merged = sketch.copy();
    merged.merge(other.sketch);
    return new ColumnProfile(name, merged);
  }

  /** The binary form: equal profiles are equal bytes. Holds values of rows. */
  public byte[] encoded() {
    ByteWriter out = new ByteWriter();
    write(out);
    return out.toBytes();
  }

  /**
   * @throws IllegalArgumentException if it is damaged or of a later version
   */
  public static ColumnProfile decoded(byte[] bytes) {
    ByteParser in = new ByteParser(bytes);
    ColumnProfile read = read(in);
    in.requireEnd();
    return read;
  }

  void write(ByteWriter out) {
    out.text(name);
    sketch.write(out);
  }

  static ColumnProfile read(ByteParser in) {
    return new ColumnProfile(in.text(), ColumnSketch.read(in));
  }

  /** Read only. */
  ColumnSketch sketch() {
    return sketch;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ColumnProfile profile && Arrays.equals(profile.encoded(), encoded());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded());
  }
}
