package dev.weirkeeper.drift.postgres.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings a definition into the form that PostgreSQL writes once it has read its own text again. For
 * {@code state IN ('a', 'b')} on a varchar that is another one than the first: {@code (ARRAY['a'::
 * character varying])::text[]} becomes {@code ARRAY[('a'::character varying)::text]}. A database
 * that was rebuilt from definitions has the second form, and is no different for it. Pure.
 */
final class Deparse {
  private static final String LITERAL = "E?'(?:[^']|'')*+'::(?:character varying|bpchar|character)";

  private static final Pattern CAST_ARRAY =
      Pattern.compile("\\(ARRAY\\[(" + LITERAL + "(?:, " + LITERAL + ")*+)\\]\\)::text\\[\\]");

  private static final Pattern ELEMENT = Pattern.compile(LITERAL);

  private Deparse() {}

  static String settled(String definition) {
    return definition.contains("(ARRAY[")
        ? CAST_ARRAY
            .matcher(definition)
            .replaceAll(array -> Matcher.quoteReplacement(elements(array.group(1))))
        : definition;
  }

  private static String elements(String list) {
    List<String> all = new ArrayList<>();
    Matcher element = ELEMENT.matcher(list);
    while (element.find()) {
      all.add("(" + element.group() + ")::text");
    }
    return "ARRAY[" + String.join(", ", all) + "]";
  }
}
