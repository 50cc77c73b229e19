package dev.weirkeeper.mcp;

import dev.weirkeeper.ToolSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What the scopes of a token let its holder use. They only narrow what the door grants; where the
 * host has named none, they say nothing.
 */
final class TokenScopes {
  private final Map<String, List<Predicate<ToolSpec>>> rules;

  private TokenScopes(Map<String, List<Predicate<ToolSpec>>> rules) {
    this.rules = rules;
  }

  static TokenScopes none() {
    return new TokenScopes(Map.of());
  }

  /** These, and one more meaning of a scope. */
  TokenScopes with(String scope, Predicate<ToolSpec> tools) {
    Map<String, List<Predicate<ToolSpec>>> more = new LinkedHashMap<>(rules);
    List<Predicate<ToolSpec>> meanings = new ArrayList<>(more.getOrDefault(scope, List.of()));
    meanings.add(tools);
    more.put(scope, List.copyOf(meanings));
    return new TokenScopes(more);
  }

  /** The scopes that mean something here, sorted. */
  Set<String> known() {
    return new TreeSet<>(rules.keySet());
  }

  /** Whether a token of these scopes is good for anything here. */
  boolean admit(Set<String> scopes) {
    return rules.isEmpty() || scopes.stream().anyMatch(rules::containsKey);
  }

  Predicate<ToolSpec> within(Set<String> scopes) {
    if (rules.isEmpty()) {
      return spec -> true;
    }
    List<Predicate<ToolSpec>> held =
        scopes.stream().flatMap(scope -> rules.getOrDefault(scope, List.of()).stream()).toList();
    return spec -> held.stream().anyMatch(rule -> rule.test(spec));
  }

  /** The scopes any of which lets its holder use the tool, sorted. */
  Set<String> sufficient(ToolSpec spec) {
    Set<String> sufficient = new TreeSet<>();
    rules.forEach(
        (scope, meanings) -> {
          if (meanings.stream().anyMatch(rule -> rule.test(spec))) {
            sufficient.add(scope);
          }
        });
    return sufficient;
  }
}
