package dev.weirkeeper.otel;

import java.util.List;
import java.util.Locale;

/**
 * Why the door said no, in few words: its sentences name budgets, tables and callers, and a label
 * must not. The first class one of whose phrases occurs is the one.
 */
enum RefusalReason {
  UNKNOWN_TOOL("There is no tool"),
  INVALID_INPUT("The input is not valid"),
  STOPPED("All acts are stopped: "),
  GUARD("The host's rule "),
  FROZEN(" frozen: "),
  STATE("The state that the act depends on", "How many rows it touches"),
  UNSETTLED("This very act"),
  CLOCK("The clock is "),
  BUDGET("Budget ", " requests open already"),
  APPROVAL(
      "and it has none: ",
      "It needs the approval of",
      "needs no approval",
      "asked for at this very moment"),
  GRANT("The host has granted nothing", "has no grant for"),
  LIMIT("limit is ", "the limit of domain"),
  OTHER;

  private final List<String> phrases;

  RefusalReason(String... phrases) {
    this.phrases = List.of(phrases);
  }

  static RefusalReason of(String sentence) {
    for (RefusalReason reason : values()) {
      if (reason.phrases.stream().anyMatch(sentence::contains)) {
        return reason;
      }
    }
    return OTHER;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
