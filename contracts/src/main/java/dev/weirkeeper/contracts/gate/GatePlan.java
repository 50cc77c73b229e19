package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Fields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a target must know before the first row of a batch comes.
 *
 * @param fields of the input
 * @param typings one for each field: how its values become those of the target's column
 * @param rules which rules {@link LabelledFrame#broken} and {@link TargetCheck#rule} name, by index
 * @param checks at most 62
 * @param replay if the rows come from the target's own quarantine
 * @param now what the quarantine says about when
 */
public record GatePlan(
    Contract contract,
    Fields fields,
    List<Typing> typings,
    WriteMode mode,
    List<GateRule> rules,
    List<TargetCheck> checks,
    Optional<Replay> replay,
    Instant now) {
  /** So many bits has the mask of a row. */
  static final int MAX_CHECKS = 62;

  public GatePlan {
    requireNonNull(contract, "contract");
    requireNonNull(fields, "fields");
    typings = List.copyOf(typings);
    requireNonNull(mode, "mode");
    rules = List.copyOf(rules);
    checks = List.copyOf(checks);
    requireNonNull(replay, "replay");
    requireNonNull(now, "now");
    if (typings.size() != fields.all().size()) {
      throw new IllegalArgumentException("Each field has a typing");
    }
    if (checks.size() > MAX_CHECKS) {
      throw new IllegalArgumentException(
          "A contract has at most "
              + MAX_CHECKS
              + " rules that read the target, got "
              + checks.size());
    }
  }
}
