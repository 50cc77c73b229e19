package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The contracts in force, at most one for each table. Immutable and safe to share; a judge that it
 * compiles is too.
 */
public final class Contracts implements Judges {
  private static final RowJudge LETS_PASS =
      new RowJudge() {
        @Override
        public List<Violation> block(long rows) {
          return List.of();
        }

        @Override
        public Labels label(RowBatch batch) {
          return Labels.none();
        }
      };

  /** Schema changes are rare; a bound nevertheless, so that nobody's DDL can fill the memory. */
  private static final int KEPT_JUDGES = 1000;

  private final Map<String, Contract> byAsset;
  private final Hash digest;
  private final Map<Hash, RowJudge> compiled = new ConcurrentHashMap<>();

  private Contracts(Map<String, Contract> byAsset) {
    this.byAsset = byAsset;
    this.digest = Hash.of(Json.of(byAsset));
  }

  /** No contracts: rows pass unjudged. */
  public static Contracts none() {
    return new Contracts(Map.of());
  }

  /**
   * @throws IllegalArgumentException if two contracts are for one table
   */
  public static Contracts of(Contract... contracts) {
    return of(Arrays.asList(contracts));
  }

  /**
   * @throws IllegalArgumentException if two contracts are for one table
   */
  public static Contracts of(List<Contract> contracts) {
    Map<String, Contract> byAsset = new TreeMap<>();
    for (Contract contract : contracts) {
      Contract other = byAsset.put(contract.asset(), contract);
      if (other != null) {
        throw new IllegalArgumentException(
            "Contracts "
                + other.id()
                + " and "
                + contract.id()
                + " are both for "
                + contract.asset()
                + "; put their rules into one");
      }
    }
    return new Contracts(byAsset);
  }

  /** All of them, sorted by the name of their table. */
  public List<Contract> all() {
    return List.copyOf(byAsset.values());
  }

  /**
   * Why a stream cannot judge the rule whatever the table looks like, so that it lets nothing pass;
   * empty if it can. A host asks before it puts a contract in force.
   */
  public static Optional<String> refusal(Rule rule) {
    return StreamScope.refusal(rule);
  }

  @Override
  public Hash digest() {
    return digest;
  }

  /**
   * Compiles the contract of the relation's table, once for each version of the relation; the table
   * is found by its name in its system. A table without a contract gets a judge that lets rows
   * pass; a rule that cannot be judged on this relation blocks by name.
   */
  @Override
  public RowJudge on(Relation relation) {
    Contract contract = byAsset.get(relation.asset().name());
    if (contract == null) {
      return LETS_PASS;
    }
    if (compiled.size() >= KEPT_JUDGES) {
      compiled.clear();
    }
    return compiled.computeIfAbsent(
        relation.version(), version -> new ContractJudge(contract, relation));
  }
}
