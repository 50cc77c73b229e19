package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a gate writes down about batches: the body of the journal's {@code gate.*} records. The
 * asset of each record is the target. They hold counts and hashes, no values.
 */
public sealed interface Gated {

  /** How many rows came, and what becomes of them. */
  record Tally(long in, long published, long quarantined, long dropped) {
    public Tally {
      if (in != published + quarantined + dropped) {
        throw new IllegalArgumentException(
            "Of "
                + in
                + " rows, "
                + published
                + " published, "
                + quarantined
                + " quarantined and "
                + dropped
                + " dropped do not add up");
      }
    }
  }

  /**
   * A gate has judged a batch; written before anything is published.
   *
   * @param purpose {@code check} gives a token, {@code write} publishes
   * @param verdict {@code pass}, {@code pass-with-warnings}, {@code quarantined}, {@code blocked}
   *     or {@code error}
   * @param batch hash of contract, input and target
   * @param input digest of all rows
   * @param rules how many rows broke each rule that was broken, by its id
   * @param waivers ids of waivers that made a difference
   * @param policy digest of what the host lets the gate do about broken rules
   * @param engine what judged
   * @param version of the target, where it has one
   */
  record Judged(
      String purpose,
      String verdict,
      Hash contract,
      Optional<Hash> batch,
      Optional<Hash> input,
      Tally tally,
      Map<String, Long> rules,
      List<Hash> waivers,
      Hash policy,
      String engine,
      Optional<String> version)
      implements Gated {
    public static final String KIND = "gate.judged";

    public Judged {
      requireNonNull(purpose, "purpose");
      requireNonNull(verdict, "verdict");
      requireNonNull(contract, "contract");
      requireNonNull(batch, "batch");
      requireNonNull(input, "input");
      requireNonNull(tally, "tally");
      rules = Map.copyOf(rules);
      waivers = List.copyOf(waivers);
      requireNonNull(policy, "policy");
      requireNonNull(engine, "engine");
      requireNonNull(version, "version");
    }
  }

  /**
   * A batch is published, with its quarantined rows and its line in the ledger. Written once more
   * if the batch is delivered again, or if a gate that starts finds it published.
   *
   * @param parent the batch whose quarantined rows were replayed
   * @param report digest of the report in the target's ledger
   */
  record Published(
      Hash batch,
      Hash contract,
      Hash input,
      Optional<Hash> parent,
      Tally tally,
      Optional<String> versionBefore,
      Optional<String> versionAfter,
      Hash report)
      implements Gated {
    public static final String KIND = "gate.published";

    public Published {
      requireNonNull(batch, "batch");
      requireNonNull(contract, "contract");
      requireNonNull(input, "input");
      requireNonNull(parent, "parent");
      requireNonNull(tally, "tally");
      requireNonNull(versionBefore, "versionBefore");
      requireNonNull(versionAfter, "versionAfter");
      requireNonNull(report, "report");
    }
  }

  /**
   * A person lets a rule be broken for a while; written before the waiver is in force.
   *
   * @param waiver its id
   * @param batch only this batch; empty: every one
   * @param requester principal of who asked
   */
  record Waived(
      Hash waiver,
      String rule,
      Optional<Hash> batch,
      Caller granter,
      String requester,
      Instant expires)
      implements Gated {
    public static final String KIND = "gate.waived";

    public Waived {
      requireNonNull(waiver, "waiver");
      requireNonNull(rule, "rule");
      requireNonNull(batch, "batch");
      requireNonNull(granter, "granter");
      requireNonNull(requester, "requester");
      requireNonNull(expires, "expires");
    }
  }
}
