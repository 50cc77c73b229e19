package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * What the host lets one principal do: these tools, on these assets, up to this effect. Beyond the
 * effect, but within tools and assets, the principal may ask for approval of a single act.
 *
 * @param principal {@link Caller#principal}; whoever makes callers has authenticated it
 * @param tools names of tools
 * @param assets assets with their system, as in {@code warehouse:gold.*}
 */
public record Grant(
    String principal,
    Effect upTo,
    Set<NamePattern> tools,
    Set<NamePattern> assets,
    Consent consent) {

  /** Whether the grant is enough by itself. */
  public enum Consent {
    STANDING,
    /** Each act that is more than READ needs an approval of its own. */
    EACH_ACT
  }

  public Grant {
    requireNonNull(principal, "principal");
    requireNonNull(upTo, "upTo");
    tools = Set.copyOf(tools);
    assets = Set.copyOf(assets);
    requireNonNull(consent, "consent");
    if (tools.isEmpty() || assets.isEmpty()) {
      throw new IllegalArgumentException(
          "A grant without tools or without assets grants nothing; leave it out, or say which");
    }
  }

  /** All tools on all assets, up to an effect. */
  public static Grant to(String principal, Effect upTo) {
    return new Grant(
        principal, upTo, Set.of(NamePattern.ALL), Set.of(NamePattern.ALL), Consent.STANDING);
  }

  /** Only tools whose names match one of the {@link NamePattern patterns}. */
  public Grant tools(String... patterns) {
    return new Grant(principal, upTo, NamePattern.of(patterns), assets, consent);
  }

  /** Only assets that match one of the {@link NamePattern patterns}. */
  public Grant assets(String... patterns) {
    return new Grant(principal, upTo, tools, NamePattern.of(patterns), consent);
  }

  /** Each act that is more than READ needs an approval. */
  public Grant withApproval() {
    return new Grant(principal, upTo, tools, assets, Consent.EACH_ACT);
  }

  boolean covers(String tool) {
    return tools.stream().anyMatch(pattern -> pattern.matches(tool));
  }

  boolean covers(String tool, Asset asset) {
    return covers(tool) && assets.stream().anyMatch(pattern -> pattern.matches(asset));
  }

  /** Whether it lets an effect happen without asking anybody. */
  boolean carries(Effect effect) {
    return effect.compareTo(upTo) <= 0 && (consent == Consent.STANDING || effect == Effect.READ);
  }
}
