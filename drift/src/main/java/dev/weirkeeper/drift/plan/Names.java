package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;
import java.util.HashMap;
import java.util.Map;

/**
 * Text of the catalog in a form in which identifiers have no quotes and renamed ones their new
 * name: two definitions that differ only by a rename are equal in it. The form is for comparison
 * and is no SQL.
 */
final class Names {
  private static final Names NONE = new Names(Map.of());

  private final Map<ObjectName, ObjectName> objects;

  /**
   * @param objects relations and types by their old names
   */
  Names(Map<ObjectName, ObjectName> objects) {
    Map<ObjectName, ObjectName> renamed = new HashMap<>(objects);
    renamed.entrySet().removeIf(each -> each.getKey().equals(each.getValue()));
    this.objects = renamed;
  }

  boolean none() {
    return objects.isEmpty();
  }

  ObjectName of(ObjectName old) {
    return objects.getOrDefault(old, old);
  }

  /** Whether an old text and a new one say the same. */
  boolean same(String old, String now, Map<String, String> columns) {
    if (none() && columns.isEmpty()) {
      return old.equals(now);
    }
    return form(old, columns).equals(NONE.form(now, Map.of()));
  }

  /** The form of a text; with new names for old ones. */
  private String form(String text, Map<String, String> columns) {
    StringBuilder form = new StringBuilder();
    Tokens tokens = new Tokens(text);
    while (tokens.next()) {
      if (tokens.isLiteral()) {
        form.append(literal(tokens));
      } else if (tokens.isIdentifier()) {
        form.append('\u0001').append(identifier(tokens, columns));
      } else {
        form.append(tokens.text());
      }
      form.append(' ');
    }
    return form.toString();
  }

  private String identifier(Tokens tokens, Map<String, String> columns) {
    String name = tokens.name();
    if (tokens.follows(".")) {
      String behind = tokens.nameBehindDot();
      ObjectName renamed = objects.get(new ObjectName(name, behind));
      if (renamed != null) {
        tokens.skipDotAndName();
        return renamed.schema() + "\u0002" + renamed.name();
      }
      if (!behind.isEmpty()) {
        tokens.skipDotAndName();
        return name + "\u0002" + behind;
      }
    }
    return tokens.mayBeColumn() ? columns.getOrDefault(name, name) : name;
  }

  /** {@code nextval('public.seq'::regclass)} names a sequence in a literal. */
  private String literal(Tokens tokens) {
    String literal = tokens.text();
    if (!tokens.isRegclass()) {
      return literal;
    }
    return new Names(objects).form(literal.substring(1, literal.length() - 1), Map.of());
  }
}
