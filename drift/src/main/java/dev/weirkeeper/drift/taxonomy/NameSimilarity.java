package dev.weirkeeper.drift.taxonomy;

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

  /** A name, cut up once and compared often. */
  record Words(Set<String> words, String letters) {
    static Words of(String name) {
      Set<String> words = NameSimilarity.words(name);
      return new Words(words, String.join("", words));
    }
  }

  /** From 0, nothing in common, to 1, the same words. */
  static double of(Words one, Words other) {
    if (one.letters().isEmpty() || other.letters().isEmpty()) {
      return 0;
    }
    int longest = Math.max(one.letters().length(), other.letters().length());
    double byLetters = 1 - (double) distance(one.letters(), other.letters()) / longest;
    return Math.max(jaccard(one.words(), other.words()), byLetters);
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
    if (one.isEmpty() || other.isEmpty()) {
      return 0;
    }
    long both = one.stream().filter(other::contains).count();
    return (double) both / (one.size() + other.size() - both);
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
