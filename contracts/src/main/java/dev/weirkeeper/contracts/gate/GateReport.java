package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.engine.DatasetRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a gate did about a batch, and why: the evidence. It holds no values of rows; its canonical
 * form is what the ledger keeps.
 *
 * @param batch hash of contract, input and target; empty if the input could not be read
 * @param input digest of all rows as they were judged and published
 * @param parent the batch whose quarantined rows were replayed, if it was one
 * @param tally what became of the rows; of a batch that is not published, what would have
 * @param engine which engine judged, and which target answered
 * @param policy digest of the policy
 * @param waivers ids of waivers that made a difference
 * @param reason why nothing is published
 */
public record GateReport(
    GateStatus status,
    Optional<Hash> batch,
    Optional<Hash> parent,
    ContractId contract,
    DatasetRef dataset,
    Optional<Hash> input,
    Asset target,
    Optional<String> versionBefore,
    Optional<String> versionAfter,
    GateTally tally,
    List<RuleTally> rules,
    List<Hash> waivers,
    String engine,
    Hash policy,
    Optional<String> reason,
    Instant at) {

  /** Which contract. */
  public record ContractId(String id, String version, Hash digest) {
    public ContractId {
      requireNonNull(id, "id");
      requireNonNull(version, "version");
      requireNonNull(digest, "digest");
    }

    public static ContractId of(Contract contract) {
      return new ContractId(contract.id(), contract.version(), contract.digest());
    }
  }

  public GateReport {
    requireNonNull(status, "status");
    requireNonNull(batch, "batch");
    requireNonNull(parent, "parent");
    requireNonNull(contract, "contract");
    requireNonNull(dataset, "dataset");
    requireNonNull(input, "input");
    requireNonNull(target, "target");
    requireNonNull(versionBefore, "versionBefore");
    requireNonNull(versionAfter, "versionAfter");
    requireNonNull(tally, "tally");
    rules = List.copyOf(rules);
    waivers = List.copyOf(waivers);
    requireNonNull(engine, "engine");
    requireNonNull(policy, "policy");
    requireNonNull(reason, "reason");
    requireNonNull(at, "at");
    if (status.publishes() && (batch.isEmpty() || input.isEmpty())) {
      throw new IllegalArgumentException("What is published has a batch id and an input digest");
    }
  }

  /** The report once its target went from one version to another. */
  public GateReport between(Optional<String> before, Optional<String> after) {
    return new GateReport(
        status, batch, parent, contract, dataset, input, target, before, after, tally, rules,
        waivers, engine, policy, reason, at);
  }

  /** The report of a batch that is not published after all. */
  public GateReport instead(GateStatus newStatus, String why) {
    return new GateReport(
        newStatus,
        batch,
        parent,
        contract,
        dataset,
        input,
        target,
        versionBefore,
        Optional.empty(),
        tally,
        rules,
        waivers,
        engine,
        policy,
        Optional.of(why),
        at);
  }

  public Hash digest() {
    return Hash.of(Json.of(this));
  }
}
