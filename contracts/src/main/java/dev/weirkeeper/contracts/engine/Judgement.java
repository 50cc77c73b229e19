package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.RowTest;
import java.util.List;
import java.util.Optional;

/**
 * What a rule came to on one data set.
 *
 * @param reason why it was not kept or could not be judged, for people; empty if it was kept
 */
public record Judgement(Status status, Measured measured, Optional<String> reason) {

  /** How it ended. Only PASSED lets anything through. */
  public enum Status {
    PASSED,
    FAILED,
    /** The rule could not run here: an engine failed, a column is missing, the terms are wrong. */
    ERROR,
    /** No engine of ours judges it. */
    UNSUPPORTED
  }

  /** What was measured. */
  public sealed interface Measured {}

  /** Nothing: the rule failed before, or is about something that has no measure. */
  public record Nothing() implements Measured {}

  /**
   * Rows counted by a rule about rows.
   *
   * @param elements rows that its condition selects
   * @param considered rows that could be good or bad
   * @param unexpected bad rows
   * @param shown columns of {@code sample}, those of the rule first, then the asked index columns
   * @param sample bad rows, as many as were asked for
   * @param missing whether missing rows are counted apart
   * @param bad TRUE of the bad rows: how to find them again
   */
  public record Rows(
      long elements,
      long considered,
      long unexpected,
      List<String> shown,
      List<Answers.Row> sample,
      RowTest.Missing missing,
      Expr bad)
      implements Measured {
    public Rows {
      shown = List.copyOf(shown);
      sample = List.copyOf(sample);
      requireNonNull(missing, "missing");
      requireNonNull(bad, "bad");
    }
  }

  /**
   * A value of the data set as a whole.
   *
   * @param value as Great Expectations shows it; empty where there is none
   * @param details more of it, as Great Expectations shows it
   */
  public record Observed(Optional<Json> value, Optional<Json> details) implements Measured {
    public Observed {
      requireNonNull(value, "value");
      requireNonNull(details, "details");
    }
  }

  public Judgement {
    requireNonNull(status, "status");
    requireNonNull(measured, "measured");
    requireNonNull(reason, "reason");
  }

  public static Judgement error(String reason) {
    return new Judgement(Status.ERROR, new Nothing(), Optional.of(reason));
  }

  public static Judgement unsupported(String reason) {
    return new Judgement(Status.UNSUPPORTED, new Nothing(), Optional.of(reason));
  }
}
