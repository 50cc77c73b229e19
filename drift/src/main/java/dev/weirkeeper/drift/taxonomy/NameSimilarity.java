package dev.weirkeeper.drift.taxonomy;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** How alike two names are, by their words and by their letters. */
final class NameSimilarity {
  private static final Pattern BETWEEN_WORDS =
      Pattern.compile("[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})");
  private static final int LONGEST = 128;

  private NameSimilarity() {}

  /** From 0, nothing in common, to 1, the same words. */
  static double of(String one, String other) {
    Set<String> words = words(one);
    Set<String> others = words(other);
    String letters = String.join("", words);
    String otherLetters = String.join("", others);
    if (letters.isEmpty() || otherLetters.isEmpty()) {
      return 0;
    }
    int longest = Math.max(letters.length(), otherLetters.length());
    double byLetters = 1 - (double) distance(letters, otherLetters) / longest;
    return Math.max(jaccard(words, others), byLetters);
  }

  static Set<String> words(String name) {
    Set<String> words = new LinkedHashSet<>();
    String bounded = name.length() <= LONGEST ? name : name.substring(0, LONGEST);
    for (String word : BETWEEN_WORDS.split(bounded)) {
      if (!word.isEmpty()) {
        words.add(word.toLowerCase(Locale.ROOT));
      }
    }
    return words;
  }

  static double jaccard(Set<String> one, Set<String> other) {
    Set<String> all = new HashSet<>(one);
    all.addAll(other);
    if (all.isEmpty()) {
      return 0;
    }
    Set<String> both = new HashSet<>(one);
    both.retainAll(other);
    return (double) both.size() / all.size();
  }

  /** Levenshtein distance. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int above = row[j];
        int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[other.length()];
  }
}
