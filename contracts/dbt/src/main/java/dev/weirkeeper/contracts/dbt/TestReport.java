package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.Cell;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What tests of a dbt project came to, the worst first.
 *
 * @param run absent if dbt came to no results
 * @param tests a page of them
 * @param next pass it as cursor to dbt_results, with the run's id, for more
 * @param problem what kept dbt from running the tests
 */
record TestReport(
    Optional<Run> run,
    Counts counts,
    List<TestResult> tests,
    Optional<String> next,
    Optional<Problem> problem,
    String advice) {
  TestReport {
    tests = List.copyOf(tests);
  }

  /**
   * Where the results come from.
   *
   * @param id of dbt's invocation
   * @param command of dbt that wrote the results
   * @param manifest absent if there is none: then models and lineage are not known
   * @param lineage whether models and lineage are those of the same invocation
   */
  record Run(
      Optional<String> id,
      Optional<Outside> command,
      Optional<Outside> dbtVersion,
      Optional<Instant> generatedAt,
      Version results,
      Optional<Version> manifest,
      Lineage lineage) {}

  /** Which form an artifact has. */
  record Version(int schema, Reading reading) {}

  /** Whether a form is one that this was written for. */
  enum Reading {
    KNOWN,
    /** A later form: what it has in common with the known ones was read. */
    BEST_EFFORT
  }

  enum Lineage {
    SAME_RUN,
    /** The manifest was written by another invocation: it may know other models. */
    OTHER_RUN,
    NONE
  }

  /**
   * How many tests came to what.
   *
   * @param other states that dbt has and this does not know
   */
  record Counts(
      int tests,
      int pass,
      int warn,
      int fail,
      int error,
      int skipped,
      int other,
      int notShownHere) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);
  }

  /**
   * A test.
   *
   * @param kind the generic test that it is one of; absent for a test of its own
   * @param failures how many rows fail, as dbt counted
   * @param message of dbt
   * @param tested what it tests, if that is one thing
   * @param samples rows that fail; only where the host lets rows be read, for tests that just ran
   * @param downstream what depends on what it tests
   */
  record TestResult(
      Outside id,
      Status status,
      Optional<Outside> kind,
      Optional<Long> failures,
      Optional<Outside> message,
      Optional<Tested> tested,
      List<Outside> tags,
      Optional<Outside> severity,
      Optional<Probe<Samples>> samples,
      Optional<Downstream> downstream) {
    TestResult {
      tags = List.copyOf(tags);
    }
  }

  /** What a test came to; the worst first. */
  enum Status {
    ERROR,
    FAIL,
    WARN,
    OTHER,
    SKIPPED,
    PASS
  }

  /** A model, a source, a seed or a snapshot, and the column of it that is tested. */
  record Tested(Outside id, Outside name, Optional<Outside> column) {}

  /** Rows that a failing test found. */
  record Samples(List<Outside> columns, List<List<Cell>> rows, End end) {
    Samples {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
    }
  }

  enum End {
    /** These are all. */
    RESULT,
    /** There are more. */
    LIMIT,
    /** The answer would have become too large. */
    SIZE
  }

  /**
   * The blast radius: what is built from what failed.
   *
   * @param exposures dashboards and other uses outside dbt
   * @param nearest the nearest first, at most 20
   */
  record Downstream(int models, int exposures, int others, List<Outside> nearest) {
    Downstream {
      nearest = List.copyOf(nearest);
    }
  }

  /** What dbt says instead of results. */
  record Problem(Kind kind, Outside said) {

    enum Kind {
      /** The project cannot be read or compiled. */
      PROJECT,
      /** The project or the profile asks for another version of dbt or of an adapter. */
      VERSION,
      /** The profile or the call is not right. */
      SETUP,
      /** The warehouse did not answer. */
      DATABASE,
      OTHER
    }
  }
}
