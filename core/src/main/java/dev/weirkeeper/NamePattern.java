package dev.weirkeeper;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Chooses names: one name, or all that begin with what stands before a final {@code *}.
 *
 * @param text {@code table_pause}, {@code table_*} or {@code *}; for assets with their system, as
 *     in {@code warehouse:gold.*}
 */
public record NamePattern(String text) implements Comparable<NamePattern> {
  public static final NamePattern ALL = new NamePattern("*");

  public NamePattern {
    if (text.isBlank() || text.substring(0, text.length() - 1).contains("*")) {
      throw new IllegalArgumentException(
          "A pattern is a name, or the beginning of names and a final *, got '" + text + "'");
    }
  }

  /** The patterns of these texts. */
  public static Set<NamePattern> of(String... texts) {
    Set<NamePattern> patterns = new TreeSet<>();
    Arrays.stream(texts).map(NamePattern::new).forEach(patterns::add);
    return patterns;
  }

  public boolean matches(String name) {
    return text.endsWith("*")
        ? name.startsWith(text.substring(0, text.length() - 1))
        : name.equals(text);
  }

  boolean matches(Asset asset) {
    return matches(asset.toString());
  }

  /**
   * How closely it says what it means: a whole name before any beginning, and longer before
   * shorter.
   */
  int precision() {
    return text.endsWith("*") ? text.length() - 1 : Integer.MAX_VALUE;
  }

  @Override
  public int compareTo(NamePattern other) {
    return text.compareTo(other.text);
  }
}
