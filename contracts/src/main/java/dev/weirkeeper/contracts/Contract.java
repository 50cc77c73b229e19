package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the rows of one table must keep to be published. Immutable; its content is its identity
 * ({@link #digest}). A contract without rules lets nothing pass.
 *
 * @param asset name of the table in its system: {@code public.orders}
 */
public record Contract(String id, String version, String asset, List<Rule> rules) {

  public Contract {
    requireNonNull(version, "version");
    rules = List.copyOf(rules);
    if (id.isBlank() || asset.isBlank()) {
      throw new IllegalArgumentException("A contract needs an id and the name of its table");
    }
    Set<String> ids = new HashSet<>();
    for (Rule rule : rules) {
      if (!ids.add(rule.id())) {
        throw new IllegalArgumentException(
            "Contract "
                + id
                + " has two rules with the id "
                + rule.id()
                + "; name one of them with Rule.named");
      }
    }
  }

  public static Contract of(String id, String version, String asset, Rule... rules) {
    return new Contract(id, version, asset, List.of(rules));
  }

  public Hash digest() {
    return Hash.of(Json.of(this));
  }
}
