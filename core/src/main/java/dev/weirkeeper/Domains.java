package dev.weirkeeper;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    Map<String, String> claims = new HashMap<>();
    for (Domain domain : domains) {
      String twin = claims.put("domain " + domain.name(), domain.name());
      for (NamePattern pattern : domain.assets()) {
        twin = twin == null ? claims.put(pattern.text(), domain.name()) : twin;
      }
      if (twin != null) {
        throw new IllegalArgumentException(
            "Domains "
                + twin
                + " and "
                + domain.name()
                + " have one name or claim assets by one pattern; each asset has one owner");
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

  Domain of(Asset asset) {
    return ownerOf(asset).orElse(Domain.UNOWNED);
  }
}
