package dev.weirkeeper.contracts.engine;

import java.util.Map;

/** Kinds of rules about a column or a table as a whole. */
final class TableKinds {
  private TableKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of();
  }
}
