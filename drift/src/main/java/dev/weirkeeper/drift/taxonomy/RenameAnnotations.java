package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.drift.taxonomy.RenameEvidence.Declared;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the owner of a schema file declares in it: a comment {@code -- @renamed from=old} or
 * {@code /* @renamed from="Old" *}{@code /} behind what has the new name. It belongs to a table, an
 * index or a type right behind its name or right behind the opening parenthesis, and to a column, a
 * constraint or a label on the line where that stands; anywhere else it says nothing. Names without
 * a schema are in {@code public}. Pure; used once.
 *
 * <p>Statements other than CREATE TABLE, INDEX and TYPE … AS ENUM are passed over.
 */
public final class RenameAnnotations {
  private static final Pattern RENAMED =
      Pattern.compile("\\s*@renamed\\s+from=(?:\"((?:[^\"]|\"\")+)\"|([^\\s\"*]+))\\s*");

  private final List<SqlTokens.Token> tokens;
  private final List<Declared> found = new ArrayList<>();
  private int at;

  private RenameAnnotations(List<SqlTokens.Token> tokens) {
    this.tokens = tokens;
  }

  /** All declarations in a text of SQL statements, in their order. */
  public static List<Declared> in(String sql) {
    RenameAnnotations annotations = new RenameAnnotations(SqlTokens.of(sql));
    while (annotations.at < annotations.tokens.size()) {
      annotations.statement();
    }
    return List.copyOf(annotations.found);
  }

  private void statement() {
    while (at < tokens.size() && tokens.get(at).comment()) {
      at++;
    }
    if (word("CREATE")) {
      while (word("UNIQUE") || word("UNLOGGED") || word("TEMPORARY") || word("TEMP")) {
        // Says nothing of names.
      }
      if (word("TABLE")) {
        exists();
        qualified().ifPresent(this::table);
      } else if (word("INDEX")) {
        word("CONCURRENTLY");
        exists();
        qualified().ifPresent(this::index);
      } else if (word("TYPE")) {
        qualified().ifPresent(this::type);
      }
    }
    while (at < tokens.size() && !tokens.get(at).is(";")) {
      at++;
    }
    at++;
  }

  private void exists() {
    if (word("IF")) {
      word("NOT");
      word("EXISTS");
    }
  }

  /** Schema and name. */
  private record Name(String schema, String name) {
    @Override
    public String toString() {
      return schema + "." + name;
    }
  }

  private Optional<Name> qualified() {
    if (at >= tokens.size() || !tokens.get(at).name()) {
      return Optional.empty();
    }
    String first = tokens.get(at++).value();
    if (at + 1 < tokens.size() && tokens.get(at).is(".") && tokens.get(at + 1).name()) {
      at++;
      return Optional.of(new Name(first, tokens.get(at++).value()));
    }
    return Optional.of(new Name("public", first));
  }

  private boolean word(String word) {
    if (at < tokens.size() && tokens.get(at).keyword(word)) {
      at++;
      return true;
    }
    return false;
  }

  /** The old name in the comment that stands here, if one does and has one. */
  private Optional<String> annotation() {
    if (at >= tokens.size() || !tokens.get(at).comment()) {
      return Optional.empty();
    }
    return renamed(tokens.get(at++).value());
  }

  private static Optional<String> renamed(String comment) {
    Matcher parts = RENAMED.matcher(comment);
    if (!parts.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        parts.group(1) != null
            ? parts.group(1).replace("\"\"", "\"")
            : parts.group(2).toLowerCase(Locale.ROOT));
  }

  /** An index lies in the schema of its table. */
  private void index(Name name) {
    Optional<String> old = annotation();
    if (old.isPresent() && word("ON")) {
      word("ONLY");
      qualified().ifPresent(table -> declare("index", table.schema(), old.get(), name.name()));
    }
  }

  private void table(Name name) {
    Optional<String> old = annotation();
    if (at < tokens.size() && tokens.get(at).is("(")) {
      int line = tokens.get(at++).line();
      old = old.or(this::annotation);
      old.ifPresent(was -> declare("table", name.schema(), was, name.name()));
      items("column", name.toString(), line);
    } else {
      old.ifPresent(was -> declare("table", name.schema(), was, name.name()));
    }
  }

  private void type(Name name) {
    Optional<String> old = annotation();
    // Behind AS and behind ENUM a comment belongs to nobody.
    while (at < tokens.size() && !tokens.get(at).is("(") && !tokens.get(at).is(";")) {
      at++;
    }
    if (at < tokens.size() && tokens.get(at).is("(")) {
      int line = tokens.get(at++).line();
      old = old.or(this::annotation);
      old.ifPresent(was -> declare("enum", name.schema(), was, name.name()));
      items("label", name.toString(), line);
    } else {
      old.ifPresent(was -> declare("enum", name.schema(), was, name.name()));
    }
  }

  /** Items between parentheses; a comment belongs to the last one, if it stands on its line. */
  private void items(String kind, String scope, int openedOn) {
    int depth = 1;
    int line = openedOn;
    @Nullable String item = null;
    String itemKind = kind;
    boolean begins = true;
    while (at < tokens.size() && depth > 0 && !tokens.get(at).is(";")) {
      SqlTokens.Token token = tokens.get(at);
      if (token.comment()) {
        if (item != null && token.line() == line) {
          String to = item;
          String of = itemKind;
          renamed(token.value()).ifPresent(old -> declare(of, scope, old, to));
        }
        at++;
        continue;
      }
      line = token.lastLine();
      if (begins && !token.is(")")) {
        begins = false;
        boolean constraint = token.keyword("CONSTRAINT");
        if (constraint && at + 1 < tokens.size()) {
          at++;
        }
        SqlTokens.Token named = tokens.get(at);
        itemKind = constraint ? "constraint" : kind;
        item = named.name() || kind.equals("label") ? named.value() : null;
      } else if (token.is("(")) {
        depth++;
      } else if (token.is(")")) {
        depth--;
      } else if (token.is(",") && depth == 1) {
        begins = true;
      }
      at++;
    }
  }

  private void declare(String kind, String scope, String from, String to) {
    found.add(new Declared(kind, scope, from, to));
  }
}
