package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The facts of a finding about values: what {@code Finding.detail()} holds, and what reads it back
 * ({@code finding.detail().as(ProfileDetail.class)}). Counts, rates, distances and ratios, never
 * values: a label goes by its commitment, see {@link ProfileKey}, a shape says which kinds of
 * characters follow each other. The column is named as an agent may write it.
 */
public sealed interface ProfileDetail {

  String column();

  Span span();

  /** The kind of the finding. */
  String kind();

  /**
   * Which windows were compared.
   *
   * @param rows of the window, NULL or not
   * @param rowsBefore of the window before it
   * @param windows of history
   */
  record Span(Instant from, Instant until, long rows, long rowsBefore, int windows) {
    public Span {
      requireNonNull(from, "from");
      requireNonNull(until, "until");
    }
  }

  /**
   * A distance beyond what is usual.
   *
   * @param limit the largest that is usual for this column
   */
  record Measured(String measure, double value, double limit) {
    public Measured {
      requireNonNull(measure, "measure");
    }
  }

  /**
   * Numbers are the old ones in another unit: new = scale * old + shift.
   *
   * @param unit which one, if its factor is a known one
   * @param ratio the median ratio that was measured
   * @param spread of the logarithms of the ratios: small for a change of unit
   */
  record UnitChanged(
      String column,
      Span span,
      Optional<String> unit,
      double scale,
      double shift,
      Optional<Double> ratio,
      Optional<Double> spread)
      implements ProfileDetail {
    public UnitChanged {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
      requireNonNull(unit, "unit");
      requireNonNull(ratio, "ratio");
      requireNonNull(spread, "spread");
    }

    @Override
    public String kind() {
      return "semantic.unit";
    }
  }

  /** Values lie elsewhere or come in other proportions, and no unit explains it. */
  record DistributionShifted(String column, Span span, List<Measured> measured)
      implements ProfileDetail {
    public DistributionShifted {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
      measured = List.copyOf(measured);
    }

    @Override
    public String kind() {
      return "semantic.distribution";
    }
  }

  /**
   * Labels that were never seen.
   *
   * @param unseen how many values have one
   * @param limit the largest part of the values that is usual
   * @param labels the most frequent of them, at most 5
   * @param labelsInAll how many there are
   * @param known how many were known
   */
  record DomainGrown(
      String column,
      Span span,
      long unseen,
      double limit,
      List<UnseenLabel> labels,
      int labelsInAll,
      int known)
      implements ProfileDetail {
    public DomainGrown {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
      labels = List.copyOf(labels);
    }

    @Override
    public String kind() {
      return "semantic.domain";
    }
  }

  /**
   * A label that was never seen.
   *
   * @param label first digits of its commitment
   * @param values how many have it
   * @param like first digits of the commitment of the known label that it is a variant of
   * @param edits how many characters are inserted, removed, replaced or exchanged
   */
  record UnseenLabel(
      String label,
      long values,
      LabelVariant variant,
      Optional<String> like,
      Optional<Integer> edits) {
    public UnseenLabel {
      requireNonNull(label, "label");
      requireNonNull(variant, "variant");
      requireNonNull(like, "like");
      requireNonNull(edits, "edits");
    }
  }

  /**
   * There were few labels and now there are too many to be any.
   *
   * @param distinct how many different values there are, about
   */
  record DomainUnbounded(String column, Span span, double distinct, int known)
      implements ProfileDetail {
    public DomainUnbounded {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
    }

    @Override
    public String kind() {
      return "semantic.domain";
    }
  }

  /**
   * Texts are of another form.
   *
   * @param shapes those whose share changed most, at most 4
   * @param dates where the order of day and month changed
   */
  record FormatChanged(
      String column,
      Span span,
      List<Measured> measured,
      List<ShapeShare> shapes,
      Optional<DateOrderChange> dates)
      implements ProfileDetail {
    public FormatChanged {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
      measured = List.copyOf(measured);
      shapes = List.copyOf(shapes);
      requireNonNull(dates, "dates");
    }

    @Override
    public String kind() {
      return "semantic.format";
    }
  }

  /**
   * How many of the texts have a shape.
   *
   * @param shape empty where its characters are all that the text has
   */
  record ShapeShare(Optional<String> shape, double before, double now) {
    public ShapeShare {
      requireNonNull(shape, "shape");
    }
  }

  /**
   * The order of day and month.
   *
   * @param dayFirst texts of the window that can only begin with the day
   * @param monthFirst texts that can only begin with the month
   * @param ambiguous texts that can begin with either
   */
  record DateOrderChange(
      DateReading before, DateReading now, long dayFirst, long monthFirst, long ambiguous) {
    public DateOrderChange {
      requireNonNull(before, "before");
      requireNonNull(now, "now");
    }
  }

  /**
   * NULL is more or less frequent than it used to be.
   *
   * @param low the least that the true rate can be (Wilson interval, 99 %)
   * @param usualLeast the rates of the past lay between this
   * @param usualMost and this
   */
  record NullRateChanged(
      String column,
      Span span,
      long nulls,
      double rate,
      double low,
      double high,
      double usualLeast,
      double usualMost)
      implements ProfileDetail {
    public NullRateChanged {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
    }

    @Override
    public String kind() {
      return "semantic.null-rate";
    }
  }

  /**
   * Values were all different, and now some repeat.
   *
   * @param keyness different values per value, with a standard error of {@code error}
   * @param usualLeast what it did not fall below
   */
  record KeyLost(String column, Span span, double keyness, double error, double usualLeast)
      implements ProfileDetail {
    public KeyLost {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
    }

    @Override
    public String kind() {
      return "semantic.key";
    }
  }

  /** There are many more or many fewer different values than before. */
  record CardinalityChanged(
      String column, Span span, double distinct, double distinctBefore, Measured measured)
      implements ProfileDetail {
    public CardinalityChanged {
      requireNonNull(column, "column");
      requireNonNull(span, "span");
      requireNonNull(measured, "measured");
    }

    @Override
    public String kind() {
      return "semantic.key";
    }
  }
}
