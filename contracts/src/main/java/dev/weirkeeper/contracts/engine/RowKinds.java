package dev.weirkeeper.contracts.engine;

import java.util.Map;

/** Kinds of rules about single rows, pairs of columns and several columns. */
final class RowKinds {
  private RowKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of();
  }
}
