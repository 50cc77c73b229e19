package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The registry of rule kinds: what each kind means, once for all engines. Immutable. */
public final class RuleKinds {
  private static final RuleKinds STANDARD = standardKinds();

  private final Map<String, RuleKind> byName;

  private RuleKinds(Map<String, RuleKind> byName) {
    this.byName = Map.copyOf(byName);
  }

  /** Those that Weirkeeper brings. */
  public static RuleKinds standard() {
    return STANDARD;
  }

  private static RuleKinds standardKinds() {
    Map<String, RuleKind> all = new HashMap<>(RowKinds.all());
    all.putAll(TableKinds.all());
    return new RuleKinds(all);
  }

  /**
   * These and one more, of a plugin.
   *
   * @throws IllegalArgumentException if there is one of this name: no plugin changes what a rule
   *     means
   */
  public RuleKinds with(String name, RuleKind kind) {
    Map<String, RuleKind> more = new HashMap<>(byName);
    if (more.put(requireNonNull(name, "name"), requireNonNull(kind, "kind")) != null) {
      throw new IllegalArgumentException("There is a rule kind called '" + name + "' already");
    }
    return new RuleKinds(more);
  }

  public Optional<RuleKind> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Set<String> names() {
    return byName.keySet();
  }
}
