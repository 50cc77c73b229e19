package dev.weirkeeper;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which domain owns an asset. The pattern that says most closely what it means decides; an asset
 * that none matches has no owner.
 */
public final class Domains {
  private final List<Domain> domains;

  private Domains(List<Domain> domains) {
    this.domains = domains;
  }

  public static Domains none() {
    return new Domains(List.of());
  }

  /**
   * @throws IllegalArgumentException if two domains have one name or claim assets by one pattern
   */
  public static Domains of(Domain... domains) {
    Set<String> names = new HashSet<>();
    Map<NamePattern, String> claims = new HashMap<>();
    for (Domain domain : domains) {
      if (!names.add(domain.name())) {
        throw new IllegalArgumentException("Two domains are named " + domain.name());
      }
      for (NamePattern pattern : domain.assets()) {
        String other = claims.put(pattern, domain.name());
        if (other != null) {
          throw new IllegalArgumentException(
              "Domains "
                  + other
                  + " and "
                  + domain.name()
                  + " both claim "
                  + pattern.text()
                  + "; each asset has one owner");
        }
      }
    }
    return new Domains(List.of(domains));
  }

  /** The domain that owns an asset. */
  public Optional<Domain> ownerOf(Asset asset) {
    Optional<Domain> owner = Optional.empty();
    int precision = -1;
    for (Domain domain : domains) {
      for (NamePattern pattern : domain.assets()) {
        if (pattern.matches(asset) && pattern.precision() > precision) {
          owner = Optional.of(domain);
          precision = pattern.precision();
        }
      }
    }
    return owner;
  }

  /** What the owners bear, whatever of. */
  Stream<Tolerance> tolerances() {
    return domains.stream().map(Domain::tolerance);
  }

  Domain of(Asset asset) {
    return ownerOf(asset).orElse(Domain.UNOWNED);
  }
}
