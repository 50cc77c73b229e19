package dev.weirkeeper.drift.profile;

import java.text.Normalizer;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Says of a label that was never seen which known one it may be meant to be.
 *
 * @param like the known label; empty for a new one
 * @param edits how many characters are inserted, removed, replaced or exchanged between the two as
 *     they are compared, without case and outer blanks
 */
record LabelMatch(LabelVariant variant, Optional<String> like, int edits) {
  private static final int SHORT = 4;
  private static final int LONG = 8;

  /** The best match among the known labels; the first one of equally good ones. */
  static LabelMatch of(String label, Set<String> known) {
    return known.stream()
        .sorted()
        .flatMap(other -> between(label, other).stream())
        .min(Comparator.comparingInt(LabelMatch::edits))
        .orElse(new LabelMatch(LabelVariant.NEW, Optional.empty(), 0));
  }

  private static Optional<LabelMatch> between(String label, String known) {
    String folded = folded(label);
    String foldedKnown = folded(known);
    if (folded.isEmpty() != foldedKnown.isEmpty()) {
      return Optional.empty();
    }
    if (folded.equals(foldedKnown)) {
      LabelVariant variant =
          blanks(label).equals(blanks(known)) ? LabelVariant.CASE : LabelVariant.BLANKS;
      return Optional.of(new LabelMatch(variant, Optional.of(known), 0));
    }
    int shorter = Math.min(folded.length(), foldedKnown.length());
    int most = shorter >= LONG ? 2 : shorter >= SHORT ? 1 : 0;
    if (Math.abs(folded.length() - foldedKnown.length()) > most || digitsDiffer(label, known)) {
      return Optional.empty();
    }
    int edits = edits(folded, foldedKnown);
    return edits <= most
        ? Optional.of(new LabelMatch(LabelVariant.SPELLING, Optional.of(known), edits))
        : Optional.empty();
  }

  private static String folded(String label) {
    return Normalizer.normalize(label, Normalizer.Form.NFKC)
        .strip()
        .replaceAll("\\s+", " ")
        .toLowerCase(Locale.ROOT);
  }

  /** Where the blanks of a label are: all that is none is one character. */
  private static String blanks(String label) {
    return label.replaceAll("\\S+", ".");
  }

  /** {@code zone-1} and {@code zone-2} are two labels, however much alike they are. */
  private static boolean digitsDiffer(String one, String other) {
    return !one.replaceAll("\\D+", " ").strip().equals(other.replaceAll("\\D+", " ").strip());
  }

  /** Edit distance with exchange of neighbours (optimal string alignment; Damerau 1964). */
  private static int edits(String one, String other) {
    int[][] table = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          table[i][j] = i + j;
          continue;
        }
        int replaced = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(
                table[i - 1][j - 1] + replaced, 1 + Math.min(table[i - 1][j], table[i][j - 1]));
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          least = Math.min(least, table[i - 2][j - 2] + 1);
        }
        table[i][j] = least;
      }
    }
    return table[one.length()][other.length()];
  }
}
