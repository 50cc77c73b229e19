package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.read.Drafting.Style;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a JSON Schema of objects (drafts 4 to 2020-12) as a contract about rows: each property is a
 * column, and a value that is NULL is a property that is not there.
 *
 * <p>Judged are types, required properties, {@code enum}, {@code const}, bounds, lengths, patterns,
 * formats, {@code dependentRequired}, and {@code allOf}, {@code anyOf}, {@code oneOf}, {@code not}
 * and {@code if} as far as conditions about columns say them. Everything else blocks by name.
 */
public final class JsonSchemaReader {
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$id",
          "id",
          "$comment",
          "$anchor",
          "$vocabulary",
          "$defs",
          "definitions",
          "title",
          "description",
          "default",
          "examples",
          "example",
          "deprecated",
          "readOnly",
          "writeOnly",
          "contentMediaType",
          "contentEncoding");

  private static final int DEEPEST = 16;

  private final Node root;
  private final Drafting draft;

  private JsonSchemaReader(Node root, Drafting draft) {
    this.root = root;
    this.draft = draft;
  }

  /**
   * @param asset name of the table: {@code public.orders}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names file, line and
   *     path
   */
  public static Imported read(Path file, String asset) throws IOException {
    return ContractReaders.named(file, text -> read(text, asset));
  }

  /**
   * The version of the contract is the digest of the schema.
   *
   * @param asset name of the table: {@code public.orders}
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names line and path
   */
  public static Imported read(String schema, String asset) {
    return read(Documents.read(schema), requireNonNull(asset, "asset"));
  }

  static boolean reads(Node root) {
    return root.isMapping() && (root.has("$schema") || root.has("properties"));
  }

  static Imported read(Node root, String asset) {
    Account account = new Account();
    Drafting draft = new Drafting(account, asset);
    JsonSchemaReader reader = new JsonSchemaReader(root, draft);
    reader.row(root, 0);
    String id = root.at("$id").wordIfAny().or(() -> root.at("title").wordIfAny()).orElse(asset);
    String digest = Hash.of(root.tree().toString().getBytes(StandardCharsets.UTF_8)).brief();
    Contract contract = draft.contract(id, digest);
    return new Imported(List.of(contract), account.report());
  }

  /** A schema about whole rows. */
  private void row(Node schema, int depth) {
    Node resolved = resolved(schema, depth);
    Set<String> required = new HashSet<>(resolved.at("required").words());
    resolved.members().forEach((name, value) -> row(resolved, name, value, required, depth));
  }

  private void row(Node schema, String name, Node value, Set<String> required, int depth) {
    if (ANNOTATIONS.contains(name) || name.equals("$ref")) {
      return;
    }
    try {
      switch (name) {
        case "type" -> {
          if (!value.oneOrMore().contains("object")) {
            throw value.malformed("rows are objects; this schema is about something else");
          }
        }
        case "properties" ->
            value
                .members()
                .forEach(
                    (column, property) ->
                        property(column, property, required.contains(column), depth + 1));
        case "required" -> required(schema, value, depth);
        case "additionalProperties" -> additional(schema, value, required);
        case "dependentRequired" ->
            value.members().forEach((column, needs) -> dependent(column, needs));
        case "allOf" -> value.items().forEach(part -> row(part, depth + 1));
        case "anyOf", "oneOf", "not" -> {
          Expr expr = expr(schema, name, value, depth + 1);
          draft.supported(value, name, holds(expr));
        }
        case "if" -> draft.supported(value, name, holds(conditional(schema, depth + 1)));
        case "then", "else" -> {
          if (!schema.has("if")) {
            draft.account().remark(value, name, "there is no 'if', so that it means nothing");
          }
        }
        default -> throw new UnsaidException("no rule says this about rows");
      }
    } catch (UnsaidException e) {
      draft.unsupported(value, name, List.of(), e.reason());
    }
  }

  private static Rule holds(Expr expr) {
    return Rule.holds(expr, Conditions.columns(expr).toArray(String[]::new));
  }

  /** What a local reference means. */
  private Node resolved(Node schema, int depth) {
    if (depth > DEEPEST) {
      throw schema.malformed("schemas nest or refer deeper than " + DEEPEST + " levels");
    }
    if (!schema.isMapping()) {
      throw schema.malformed("a schema of rows and their columns is a mapping");
    }
    if (!schema.has("$ref")) {
      return schema;
    }
    Node reference = schema.at("$ref");
    String target = reference.word();
    if (!target.startsWith("#/")) {
      throw new UnsaidException("it refers to another document; a contract names no files");
    }
    Node found = root;
    for (String step : target.substring(2).split("/")) {
      found = found.at(step.replace("~1", "/").replace("~0", "~"));
      if (found.isNothing()) {
        throw reference.malformed("it refers to a place that is not there");
      }
    }
    return resolved(found, depth + 1);
  }

  private void required(Node schema, Node value, int depth) {
    for (Node item : value.items()) {
      String column = item.word();
      Node property = schema.at("properties").members().get(column);
      boolean nullable = property != null && admitsNull(resolved(property, depth + 1));
      draft.supported(
          item, "required", nullable ? Rule.columnExists(column) : Rule.notNull(column));
    }
  }

  private static boolean admitsNull(Node property) {
    Node type = property.at("type");
    boolean listed = !type.isNothing() && type.oneOrMore().contains("null");
    boolean anything = type.isNothing() && !property.has("enum") && !property.has("const");
    boolean member =
        property.at("enum").items().stream().anyMatch(Node::isNothing)
            || (property.members().containsKey("const") && property.at("const").isNothing());
    return (listed || anything || member || property.at("nullable").truth());
  }

  private void additional(Node schema, Node value, Set<String> required) {
    if (value.isMapping()) {
      throw new UnsaidException("no rule is about columns whose names are not known");
    }
    if (value.truth()) {
      return;
    }
    Set<String> names = new LinkedHashSet<>(schema.at("properties").members().keySet());
    Rule rule = Rule.columns(List.copyOf(names), Terms.Match.EXACT);
    if (required.containsAll(names)) {
      draft.supported(value, "additionalProperties", rule);
    } else {
      draft.approximated(
          value,
          "additionalProperties",
          rule,
          Style.PLAIN,
          "all columns must be there, those too that are not required");
    }
  }

  private void dependent(String column, Node needs) {
    List<Expr> all = new ArrayList<>();
    needs.words().forEach(name -> all.add(present(name)));
    Expr together = all.size() == 1 ? all.get(0) : new Expr.And(all);
    draft.supported(needs, "dependentRequired", holds(Expr.any(absent(column), together)));
  }

  private static Expr absent(String column) {
    return new Expr.IsNull(Operand.column(column));
  }

  private static Expr present(String column) {
    return Expr.not(absent(column));
  }

  /** A schema about the values of a column. */
  private void property(String column, Node schema, boolean required, int depth) {
    if (!schema.isMapping()) {
      if (!schema.truth()) {
        draft.supported(schema, "property", Rule.isNull(column));
      }
      return;
    }
    Node resolved;
    try {
      resolved = resolved(schema, depth);
    } catch (UnsaidException e) {
      draft.unsupported(schema, "$ref", List.of(column), e.reason());
      return;
    }
    if (required) {
      draft.keep(schema, Rule.columnExists(column), Style.PLAIN);
    }
    bounds(column, resolved);
    resolved
        .members()
        .forEach(
            (name, value) -> {
              try {
                keyword(column, name, value, depth);
              } catch (UnsaidException e) {
                draft.unsupported(value, name, List.of(column), e.reason());
              }
            });
  }

  private void bounds(String column, Node schema) {
    Optional<Range> range = range(schema);
    range.ifPresent(
        within -> {
          Node at =
              List.of("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum").stream()
                  .map(schema::at)
                  .filter(bound -> !bound.isNothing())
                  .findFirst()
                  .orElse(schema);
          draft.supported(at, "bounds", Rule.between(column, within));
        });
    Optional<Range> lengths = lengths(schema);
    lengths.ifPresent(
        within ->
            draft.supported(
                schema.has("minLength") ? schema.at("minLength") : schema.at("maxLength"),
                "lengths",
                Rule.lengthBetween(column, within)));
  }

  private static Optional<Range> range(Node schema) {
    Optional<Range.Bound> min = bound(schema, "minimum", "exclusiveMinimum", 1);
    Optional<Range.Bound> max = bound(schema, "maximum", "exclusiveMaximum", -1);
    return min.isEmpty() && max.isEmpty() ? Optional.empty() : Optional.of(new Range(min, max));
  }

  /** The tighter one of two; in draft 4 the exclusive one is true or false. */
  private static Optional<Range.Bound> bound(
      Node schema, String inclusive, String exclusive, int direction) {
    Node within = schema.at(inclusive);
    Node beyond = schema.at(exclusive);
    if (!beyond.isNothing() && !beyond.isNumber()) {
      Range.Edge edge = beyond.truth() ? Range.Edge.EXCLUSIVE : Range.Edge.INCLUSIVE;
      return within.isNothing()
          ? Optional.empty()
          : Optional.of(new Range.Bound(Literal.of(within.number()), edge));
    }
    if (within.isNothing() && beyond.isNothing()) {
      return Optional.empty();
    }
    boolean strict =
        !beyond.isNothing()
            && (within.isNothing() || beyond.number().compareTo(within.number()) * direction >= 0);
    return Optional.of(
        strict
            ? new Range.Bound(Literal.of(beyond.number()), Range.Edge.EXCLUSIVE)
            : new Range.Bound(Literal.of(within.number()), Range.Edge.INCLUSIVE));
  }

  private static Optional<Range> lengths(Node schema) {
    Node min = schema.at("minLength");
    Node max = schema.at("maxLength");
    if (min.isNothing() && max.isNothing()) {
      return Optional.empty();
    }
    return Optional.of(
        new Range(
            min.isNothing()
                ? Optional.empty()
                : Optional.of(new Range.Bound(Literal.of(min.number()), Range.Edge.INCLUSIVE)),
            max.isNothing()
                ? Optional.empty()
                : Optional.of(new Range.Bound(Literal.of(max.number()), Range.Edge.INCLUSIVE))));
  }

  private void keyword(String column, String name, Node value, int depth) {
    if (ANNOTATIONS.contains(name)) {
      return;
    }
    switch (name) {
      case "$ref",
          "nullable",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "minLength",
          "maxLength",
          "then",
          "else" -> {
        // Taken together with others, or with what refers.
      }
      case "type" -> type(column, value);
      case "enum" -> draft.supported(value, name, inSet(column, value));
      case "const" -> constant(column, value);
      case "pattern" -> draft.supported(value, name, Rule.matches(column, pattern(value)));
      case "format" -> format(column, value);
      case "allOf" -> value.items().forEach(part -> property(column, part, false, depth + 1));
      case "anyOf", "oneOf", "not" ->
          draft.supported(value, name, holds(valueExpr(column, name, value, depth + 1)));
      default -> throw new UnsaidException("no rule says this about the values of a column");
    }
  }

  private void type(String column, Node value) {
    List<String> types = value.oneOrMore();
    if (types.equals(List.of("null"))) {
      draft.supported(value, "type", Rule.isNull(column));
      return;
    }
    Set<Form> forms = new LinkedHashSet<>();
    boolean nested = false;
    for (String type : types) {
      switch (type) {
        case "null" -> {
          // NULL keeps every rule but those that forbid it.
        }
        case "array", "object" -> {
          nested = true;
          forms.addAll(List.of(Form.OTHER, Form.TEXT));
        }
        case "string" -> {
          // Dates and times are strings in JSON.
          forms.addAll(List.of(TypeNames.logical("string").orElseThrow()));
          forms.addAll(List.of(Form.DATE, Form.TIMESTAMP, Form.TIMESTAMP_WITH_ZONE));
        }
        case "integer", "number", "boolean" ->
            forms.addAll(List.of(TypeNames.logical(type).orElseThrow()));
        default -> throw value.malformed("'" + type + "' is no type of JSON Schema");
      }
    }
    Rule rule = Rule.ofForm(column, forms.toArray(Form[]::new));
    if (nested) {
      draft.approximated(
          value,
          "type",
          rule,
          Style.PLAIN,
          "columns of lists and objects have no form of their own");
    } else {
      draft.supported(value, "type", rule);
    }
  }

  private static Rule inSet(String column, Node values) {
    return Rule.about(column, Rule.IN_SET, Rule.members(members(values)));
  }

  private static List<Literal> members(Node values) {
    List<Literal> members = new ArrayList<>();
    if (values.items().isEmpty()) {
      throw values.malformed("this should be a list of values, not empty");
    }
    for (Node value : values.items()) {
      if (value.isMapping() || value.isMany()) {
        throw new UnsaidException("a value made of other values cannot be compared");
      }
      value.literal().ifPresent(members::add);
    }
    return members;
  }

  private void constant(String column, Node value) {
    if (value.isMapping() || value.isMany()) {
      throw new UnsaidException("a value made of other values cannot be compared");
    }
    draft.supported(
        value,
        "const",
        value.literal().map(literal -> Rule.inSet(column, literal)).orElse(Rule.isNull(column)));
  }

  private static String pattern(Node value) {
    try {
      return EcmaPattern.inPython(value.text());
    } catch (IllegalArgumentException e) {
      if (String.valueOf(e.getMessage()).startsWith("line ")) {
        throw e;
      }
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
  }

  private void format(String column, Node value) {
    String format = value.word();
    Optional<String> exact = Formats.exactly(format);
    Optional<String> nearly =
        format.equals("date")
            ? Optional.of("\\A[0-9]{4}-[0-9]{2}-[0-9]{2}\\Z")
            : Formats.nearly(format);
    if (exact.isPresent()) {
      draft.supported(value, "format " + format, Rule.matches(column, exact.get()));
    } else if (nearly.isPresent()) {
      draft.approximated(
          value,
          "format " + format,
          Rule.matches(column, nearly.get()),
          Style.PLAIN,
          "judged by a pattern that is simpler than the grammar of " + format);
    } else {
      throw new UnsaidException("the format " + format + " is not known");
    }
  }

  /** A schema about rows as a question about a row; never UNKNOWN but for patterns. */
  private Expr expr(Node schema, int depth) {
    Node resolved = resolved(schema, depth);
    List<Expr> all = new ArrayList<>();
    resolved
        .members()
        .forEach(
            (name, value) -> {
              switch (name) {
                case "properties" ->
                    value
                        .members()
                        .forEach(
                            (column, property) ->
                                all.add(
                                    Expr.any(
                                        absent(column), valueExpr(column, property, depth + 1))));
                case "required" -> value.words().forEach(column -> all.add(present(column)));
                case "anyOf", "oneOf", "not", "allOf" ->
                    all.add(expr(resolved, name, value, depth + 1));
                case "if" -> all.add(conditional(resolved, depth + 1));
                case "then", "else", "type" -> {
                  // Said by "if", or by what a row is.
                }
                default -> {
                  if (!ANNOTATIONS.contains(name)) {
                    throw new UnsaidException("no condition says '" + name + "' about a row");
                  }
                }
              }
            });
    return joined(all);
  }

  private Expr expr(Node schema, String name, Node value, int depth) {
    if (name.equals("not")) {
      return Expr.not(expr(value, depth));
    }
    List<Expr> parts = new ArrayList<>();
    value.items().forEach(part -> parts.add(expr(part, depth)));
    return combined(schema, name, parts);
  }

  private static Expr combined(Node schema, String name, List<Expr> parts) {
    if (parts.isEmpty()) {
      throw schema.at(name).malformed("this should be a list of schemas, not empty");
    }
    return switch (name) {
      case "allOf" -> joined(parts);
      case "anyOf" -> parts.size() == 1 ? parts.get(0) : new Expr.Or(parts);
      default -> {
        if (parts.size() > 8) {
          throw new UnsaidException("one of more than 8 schemas is too large a condition");
        }
        List<Expr> alternatives = new ArrayList<>();
        for (Expr one : parts) {
          List<Expr> alone = new ArrayList<>(List.of(one));
          parts.stream().filter(other -> other != one).forEach(o -> alone.add(Expr.not(o)));
          alternatives.add(joined(alone));
        }
        yield alternatives.size() == 1 ? alternatives.get(0) : new Expr.Or(alternatives);
      }
    };
  }

  private static Expr joined(List<Expr> all) {
    if (all.isEmpty()) {
      return Expr.always(Expr.Truth.TRUE);
    }
    return all.size() == 1 ? all.get(0) : new Expr.And(all);
  }

  private Expr conditional(Node schema, int depth) {
    Expr test = expr(schema.at("if"), depth);
    List<Expr> both = new ArrayList<>();
    if (schema.has("then")) {
      both.add(Expr.any(Expr.not(test), expr(schema.at("then"), depth)));
    }
    if (schema.has("else")) {
      both.add(Expr.any(test, expr(schema.at("else"), depth)));
    }
    return joined(both);
  }

  private Expr valueExpr(String column, String name, Node value, int depth) {
    Expr expr =
        name.equals("not")
            ? Expr.not(valueExpr(column, value, depth))
            : combined(
                value,
                name,
                value.items().stream().map(part -> valueExpr(column, part, depth)).toList());
    return Expr.any(absent(column), expr);
  }

  /** A schema about a value that is there, as a question. */
  private Expr valueExpr(String column, Node schema, int depth) {
    Node resolved = resolved(schema, depth);
    Operand value = Operand.column(column);
    List<Expr> all = new ArrayList<>();
    range(resolved).ifPresent(range -> all.addAll(range.compared(value)));
    lengths(resolved).ifPresent(range -> all.addAll(range.compared(new Operand.Length(value))));
    resolved
        .members()
        .forEach(
            (name, of) -> {
              switch (name) {
                case "enum" -> all.add(new Expr.In(value, members(of)));
                case "const" ->
                    all.add(
                        of.literal()
                            .<Expr>map(literal -> new Expr.In(value, List.of(literal)))
                            .orElse(absent(column)));
                case "pattern" -> all.add(new Expr.Matches(value, pattern(of)));
                case "type" -> {
                  if (of.oneOrMore().equals(List.of("null"))) {
                    all.add(absent(column));
                  } else {
                    throw new UnsaidException(
                        "a column has one type, so that none depends on a condition");
                  }
                }
                case "minimum",
                    "maximum",
                    "exclusiveMinimum",
                    "exclusiveMaximum",
                    "minLength",
                    "maxLength" -> {
                  // Compared above.
                }
                default -> {
                  if (!ANNOTATIONS.contains(name)) {
                    throw new UnsaidException("no condition says '" + name + "' about a value");
                  }
                }
              }
            });
    return joined(all);
  }
}
