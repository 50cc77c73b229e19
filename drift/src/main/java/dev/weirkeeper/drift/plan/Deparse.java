package dev.weirkeeper.drift.plan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the server's deparse into words that the server reads as the same expression again. Almost
 * all of it is; an array that was coerced as a whole is not: read with the cast that the deparse
 * shows, each element gets a cast of its own. Without the cast the coercion is made anew.
 */
final class Deparse {
  private static final Pattern COERCED =
      Pattern.compile(
          "(ANY|ALL) \\(\\((ARRAY\\[(?:'(?:[^']|'')*'::character varying(?:,"
              + " )?)+\\])\\)::text\\[\\]\\)");

  private Deparse() {}

  static String readable(String definition) {
    Matcher matcher = COERCED.matcher(definition);
    return matcher.replaceAll(
        found -> Matcher.quoteReplacement(found.group(1) + " (" + found.group(2) + ")"));
  }
}
