package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a screen writes down: the body of the journal's {@code screen.*} records. A screen stands in
 * a host that keeps its own source and sink, so it says what was seen and judged, not what was
 * written: that is the host's word, given by {@link Done}.
 */
public sealed interface Screened {
  /** Name of the screen. */
  String screen();

  /** How many records came, and what became of them. */
  record Tally(long in, long accepted, long rejected, long duplicates) {
    public Tally {
      if (in != accepted + rejected + duplicates) {
        throw new IllegalArgumentException(
            "Of "
                + in
                + " records, "
                + accepted
                + " accepted, "
                + rejected
                + " rejected and "
                + duplicates
                + " delivered again do not add up");
      }
    }
  }

  /**
   * A batch was judged and is about to be handed to the host.
   *
   * @param position where the host's source stands once the batch is finished
   * @param contracts digest of the contracts in force
   * @param schemas versions of the relations that rows of the batch have, sorted
   * @param rules how many records broke each rule, by its id
   * @param drift ids of what changed within the tolerance
   */
  record Checked(
      String screen,
      Position position,
      Hash contracts,
      List<Hash> schemas,
      Tally tally,
      Map<String, Long> rules,
      List<Hash> drift)
      implements Screened {
    public static final String KIND = "screen.checked";

    public Checked {
      requireNonNull(screen, "screen");
      requireNonNull(position, "position");
      requireNonNull(contracts, "contracts");
      schemas = List.copyOf(schemas);
      requireNonNull(tally, "tally");
      rules = Map.copyOf(rules);
      drift = List.copyOf(drift);
    }
  }

  /**
   * The host says that its sink has the batch. The first cause of its record is {@link Checked}.
   */
  record Done(String screen, Position position, Tally tally) implements Screened {
    public static final String KIND = "screen.done";

    public Done {
      requireNonNull(screen, "screen");
      requireNonNull(position, "position");
      requireNonNull(tally, "tally");
    }
  }

  /**
   * From here on, rows of a stream are compared with this relation; written before the {@link Done}
   * of the batch that brought it. The asset of its record is the table.
   *
   * @param relation identity of the relation in its system
   * @param version hash of the relation
   */
  record Baseline(
      String screen,
      String stream,
      String relation,
      Hash version,
      RowIdentity identity,
      List<Column> columns,
      Evidence evidence)
      implements Screened {
    public static final String KIND = "screen.baseline";

    public Baseline {
      requireNonNull(screen, "screen");
      requireNonNull(stream, "stream");
      requireNonNull(relation, "relation");
      requireNonNull(version, "version");
      requireNonNull(identity, "identity");
      columns = List.copyOf(columns);
      requireNonNull(evidence, "evidence");
    }
  }

  /**
   * Nothing passes until a person has looked. The asset of its record is the table.
   *
   * @param position where the source would stand after the batch that was not let through
   * @param findings what changed, if that is why
   * @param tolerance what was held against the findings
   * @param blocks rules that forbid the whole batch, if that is why
   * @param truncation id of the removal of all rows, if that is why
   */
  record Paused(
      String screen,
      Position position,
      List<Finding> findings,
      Tolerance tolerance,
      List<Violation> blocks,
      Optional<String> truncation,
      String reason)
      implements Screened {
    public static final String KIND = "screen.paused";

    public Paused {
      requireNonNull(screen, "screen");
      requireNonNull(position, "position");
      findings = List.copyOf(findings);
      requireNonNull(tolerance, "tolerance");
      blocks = List.copyOf(blocks);
      requireNonNull(truncation, "truncation");
      requireNonNull(reason, "reason");
    }
  }

  /**
   * A person lets the screen go on. The first cause of its record is {@link Paused}.
   *
   * @param from version of the relation before, where a schema change is accepted
   * @param to version after; no other version is accepted by this
   * @param truncation the removal that is accepted
   */
  record Resumed(
      String screen,
      Caller caller,
      Optional<Hash> from,
      Optional<Hash> to,
      Optional<String> truncation)
      implements Screened {
    public static final String KIND = "screen.resumed";

    public Resumed {
      requireNonNull(screen, "screen");
      requireNonNull(caller, "caller");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      requireNonNull(truncation, "truncation");
    }
  }
}
