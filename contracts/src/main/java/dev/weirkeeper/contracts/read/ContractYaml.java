package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.PythonRegex;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.SelectCheck;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A contract as people write it, in YAML; {@code docs/contracts.md} tells the form. What is written
 * is read back as the same contract.
 */
public final class ContractYaml {
  /** Version of the form. */
  private static final String FORM = "1";

  private static final Set<String> PARTS =
      Set.of("weirkeeper", "contract", "version", "table", "rules");

  /** What any rule may have beside its kind and its terms. */
  private static final Set<String> COMMON =
      Set.of("id", "severity", "on-unknown", "on-empty", "where", "mostly");

  private static final List<String> BOUNDS = List.of("min", "more-than", "max", "less-than");

  private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

  private ContractYaml() {}

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names file, line and
   *     path
   */
  public static Imported read(Path file) throws IOException {
    return ContractReaders.named(file, text -> imported(Documents.read(text)));
  }

  /**
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names line and path
   */
  public static Contract read(String yaml) {
    return imported(Documents.read(requireNonNull(yaml, "yaml"))).contract();
  }

  static boolean reads(Node root) {
    return root.isMapping() && root.has("weirkeeper");
  }

  static Imported imported(Node root) {
    if (!root.at("weirkeeper").word().equals(FORM)) {
      throw root.at("weirkeeper").malformed("only form " + FORM + " is read");
    }
    requireKnown(root, PARTS);
    Account account = new Account();
    List<Rule> rules = new ArrayList<>();
    Set<String> ids = new LinkedHashSet<>();
    for (Node node : root.at("rules").items()) {
      Rule rule = rule(node);
      if (!ids.add(rule.id())) {
        throw node.malformed(
            "there is another rule with the id " + rule.id() + "; give one of them an 'id'");
      }
      rules.add(rule);
      if (rule.kind().equals(Rule.UNSUPPORTED)) {
        account.unsupported(node, rule.terms().as(Terms.Unsupported.class).expectation(), rule);
      } else {
        account.supported(node, rule.kind(), rule);
      }
    }
    String version = root.at("version").word();
    Contract contract =
        new Contract(root.at("contract").word(), version, root.at("table").word(), rules);
    for (ContractLint.Problem problem : ContractLint.check(contract)) {
      if (problem.sort() == ContractLint.Sort.CONTRADICTION) {
        int at = List.copyOf(ids).indexOf(problem.rule());
        throw root.at("rules").items().get(at).malformed(problem.text());
      }
    }
    ImportReport report = account.report();
    return new Imported(List.of(contract), report);
  }

  private static void requireKnown(Node mapping, Set<String> known) {
    for (Map.Entry<String, Node> member : mapping.members().entrySet()) {
      if (!known.contains(member.getKey())) {
        throw member
            .getValue()
            .malformed(
                "this name is not known here; known are " + known.stream().sorted().toList());
      }
    }
  }

  /** A rule from an item of the YAML. */
  static Rule rule(Node node) {
    List<String> kinds =
        node.members().keySet().stream()
            .filter(name -> name.equals("rule") || Grammar.KINDS.containsKey(name))
            .toList();
    if (kinds.size() != 1) {
      throw node.malformed(
          kinds.isEmpty()
              ? "it names no kind of rule; write, for example, not-null: column"
              : "it names several kinds of rules: " + kinds);
    }
    boolean open = kinds.get(0).equals("rule");
    String kind = open ? node.at("rule").word() : kinds.get(0);
    Node about = open ? node.at("columns") : node.at(kind);
    List<String> columns = about.isNothing() ? List.of() : about.oneOrMore();
    Json terms = open || node.has("terms") ? rawTerms(node, kind, open) : terms(node, kind);
    requireSound(node, kind, terms);
    try {
      return new Rule(
          node.at("id").wordIfAny().orElse(defaultId(kind, columns)),
          kind,
          columns,
          terms,
          word(node.at("severity"), Rule.Severity.class, Rule.Severity.CRITICAL),
          word(node.at("on-unknown"), Rule.Answer.class, Rule.Answer.FAIL),
          word(node.at("on-empty"), Rule.Answer.class, Rule.Answer.PASS),
          node.has("where") ? Optional.of(expr(node.at("where"))) : Optional.empty(),
          node.has("mostly") ? node.at("mostly").number().doubleValue() : 1);
    } catch (IllegalArgumentException e) {
      throw placed(node, e);
    }
  }

  private static IllegalArgumentException placed(Node node, IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("line ") ? e : node.malformed(message);
  }

  private static String defaultId(String kind, List<String> columns) {
    return columns.isEmpty() ? kind : kind + "." + String.join(",", columns);
  }

  private static Json rawTerms(Node node, String kind, boolean open) {
    Set<String> known = new LinkedHashSet<>(COMMON);
    known.addAll(open ? Set.of("rule", "columns", "terms") : Set.of(kind, "terms"));
    requireKnown(node, known);
    return node.has("terms") ? node.at("terms").json() : Json.empty();
  }

  private static Json terms(Node node, String kind) {
    Grammar.Kind grammar = requireNonNull(Grammar.KINDS.get(kind), kind);
    Set<String> known = new LinkedHashSet<>(COMMON);
    known.add(kind);
    ObjectNode terms = MAKE.objectNode();
    for (Grammar.Term term : grammar.keys()) {
      if (term.form() == Grammar.Form.RANGE) {
        known.addAll(BOUNDS);
        ObjectNode range = range(node);
        if (term.member().isEmpty()) {
          terms.setAll(range);
        } else {
          terms.set(term.member(), range);
        }
        continue;
      }
      known.add(term.name());
      Node value = node.at(term.name());
      if (!value.isNothing()) {
        terms.set(term.member(), term(value, term.form()));
      }
    }
    requireKnown(node, known);
    return Json.of(terms);
  }

  /** That the terms are those of the kind, and can be judged. */
  private static void requireSound(Node node, String kind, Json terms) {
    Grammar.Kind grammar = Grammar.KINDS.get(kind);
    if (grammar == null) {
      return;
    }
    try {
      if (grammar.terms().isPresent()) {
        Record read = terms.as(grammar.terms().get());
        if (read instanceof Terms.Pattern pattern) {
          PythonRegex.compile(pattern.regex());
        } else if (read instanceof Terms.Patterns patterns) {
          patterns.regexes().forEach(PythonRegex::compile);
        } else if (read instanceof TableTerms.Select select) {
          SelectCheck.check(select.select());
        } else if (read instanceof TableTerms.SelectRange select) {
          SelectCheck.check(select.select());
        } else if (read instanceof TableTerms.Comparison both) {
          SelectCheck.check(both.base());
          SelectCheck.check(both.other());
        } else if (read instanceof Range range
            && range.min().isEmpty()
            && range.max().isEmpty()
            && kind.equals(Rule.BETWEEN)) {
          throw new IllegalArgumentException("a range without bounds holds for anything");
        }
      } else if (!terms.equals(Json.empty())) {
        throw new IllegalArgumentException("this kind of rule has no terms");
      }
    } catch (IllegalArgumentException e) {
      throw placed(node, e);
    }
  }

  private static <E extends Enum<E>> E word(Node word, Class<E> type, E otherwise) {
    if (word.isNothing()) {
      return otherwise;
    }
    for (E constant : type.getEnumConstants()) {
      if (dashed(constant.name()).equals(word.word())) {
        return constant;
      }
    }
    List<String> known = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      known.add(dashed(constant.name()));
    }
    throw word.malformed("not one of " + known);
  }

  private static String dashed(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String constant(String dashed) {
    return dashed.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static JsonNode term(Node value, Grammar.Form form) {
    return switch (form) {
      case TEXT -> MAKE.textNode(value.text());
      case WORD -> MAKE.textNode(constant(value.word()));
      case NUMBER -> {
        value.number();
        yield value.tree();
      }
      case LITERAL -> literal(value);
      case CONDITION -> tree(Json.of(expr(value)));
      case JSON -> value.tree();
      default -> {
        ArrayNode all = MAKE.arrayNode();
        for (Node item : value.items()) {
          all.add(
              switch (form) {
                case TEXTS -> MAKE.textNode(item.word());
                case WORDS -> MAKE.textNode(constant(item.word()));
                case COUPLES -> couple(item);
                default -> literal(item);
              });
        }
        yield all;
      }
    };
  }

  private static JsonNode couple(Node pair) {
    if (pair.items().size() != 2) {
      throw pair.malformed("this should be a list of two values");
    }
    ObjectNode couple = MAKE.objectNode();
    for (int i = 0; i < 2; i++) {
      Node value = pair.items().get(i);
      if (!value.isNothing()) {
        couple.set(i == 0 ? "a" : "b", literal(value));
      }
    }
    return couple;
  }

  private static JsonNode literal(Node value) {
    Literal literal =
        value.literal().orElseThrow(() -> value.malformed("NULL is no value to compare with"));
    return tree(Json.of(literal));
  }

  private static ObjectNode range(Node node) {
    ObjectNode range = MAKE.objectNode();
    for (String name : BOUNDS) {
      Node bound = node.at(name);
      if (!bound.isNothing()) {
        boolean low = name.equals("min") || name.equals("more-than");
        boolean inclusive = name.equals("min") || name.equals("max");
        ObjectNode end = MAKE.objectNode();
        end.set("value", literal(bound));
        end.put("edge", inclusive ? "INCLUSIVE" : "EXCLUSIVE");
        if (range.has(low ? "min" : "max")) {
          throw bound.malformed("the range has this end already");
        }
        range.set(low ? "min" : "max", end);
      }
    }
    return range;
  }

  private static Expr expr(Node value) {
    try {
      return value.isMapping() ? value.json().as(Expr.class) : Conditions.read(value.text());
    } catch (IllegalArgumentException e) {
      throw placed(value, e);
    }
  }

  static JsonNode tree(Json json) {
    return Trees.of(json);
  }

  /** The contract in YAML. */
  public static String write(Contract contract) {
    ObjectNode root = MAKE.objectNode();
    root.put("weirkeeper", 1);
    root.put("contract", contract.id());
    root.put("version", contract.version());
    root.put("table", contract.asset());
    ArrayNode rules = root.putArray("rules");
    contract.rules().forEach(rule -> rules.add(written(rule)));
    return Trees.yaml(root);
  }

  /** The rule as an item of the YAML. */
  static ObjectNode written(Rule rule) {
    ObjectNode plain = written(rule, false);
    try {
      if (rule(Documents.read(Trees.yaml(plain))).equals(rule)) {
        return plain;
      }
    } catch (IllegalArgumentException e) {
      // The short form cannot say these terms, so they are written in full.
      return written(rule, true);
    }
    return written(rule, true);
  }

  private static ObjectNode written(Rule rule, boolean inFull) {
    ObjectNode node = MAKE.objectNode();
    Grammar.Kind grammar = Grammar.KINDS.get(rule.kind());
    if (grammar == null) {
      node.put("rule", rule.kind());
    }
    String about = grammar == null ? "columns" : rule.kind();
    if (rule.columns().size() == 1) {
      node.put(about, rule.columns().get(0));
    } else if (rule.columns().isEmpty()) {
      node.putNull(about);
    } else {
      ArrayNode columns = node.putArray(about);
      rule.columns().forEach(columns::add);
    }
    JsonNode terms = tree(rule.terms());
    if (grammar == null || inFull) {
      node.set("terms", terms);
    } else {
      grammar.keys().forEach(term -> write(node, term, terms));
    }
    if (!rule.id().equals(defaultId(rule.kind(), rule.columns()))) {
      node.put("id", rule.id());
    }
    if (rule.severity() != Rule.Severity.CRITICAL) {
      node.put("severity", dashed(rule.severity().name()));
    }
    if (rule.onUnknown() != Rule.Answer.FAIL) {
      node.put("on-unknown", dashed(rule.onUnknown().name()));
    }
    if (rule.onEmpty() != Rule.Answer.PASS) {
      node.put("on-empty", dashed(rule.onEmpty().name()));
    }
    rule.condition().ifPresent(where -> node.set("where", condition(where)));
    if (rule.mostly() != 1) {
      node.put("mostly", rule.mostly());
    }
    return node;
  }

  private static JsonNode condition(Expr expr) {
    Optional<String> sql = Conditions.written(expr);
    return sql.isPresent() ? MAKE.textNode(sql.get()) : tree(Json.of(expr));
  }

  private static void write(ObjectNode node, Grammar.Term term, JsonNode terms) {
    JsonNode value = term.member().isEmpty() ? terms : terms.path(term.member());
    if (value.isMissingNode()) {
      return;
    }
    switch (term.form()) {
      case RANGE -> {
        bound(node, value.path("min"), "min", "more-than");
        bound(node, value.path("max"), "max", "less-than");
      }
      case WORD -> node.put(term.name(), dashed(value.asText()));
      case WORDS -> {
        ArrayNode words = node.putArray(term.name());
        value.forEach(word -> words.add(dashed(word.asText())));
      }
      case LITERAL -> node.set(term.name(), scalar(value));
      case LITERALS -> {
        ArrayNode scalars = node.putArray(term.name());
        value.forEach(literal -> scalars.add(scalar(literal)));
      }
      case COUPLES -> {
        ArrayNode couples = node.putArray(term.name());
        value.forEach(
            couple ->
                couples.addArray().add(scalar(couple.path("a"))).add(scalar(couple.path("b"))));
      }
      case CONDITION -> node.set(term.name(), condition(Trees.json(value).as(Expr.class)));
      default -> node.set(term.name(), value);
    }
  }

  private static void bound(ObjectNode node, JsonNode bound, String inclusive, String exclusive) {
    if (!bound.isMissingNode()) {
      boolean within = bound.path("edge").asText().equals("INCLUSIVE");
      node.set(within ? inclusive : exclusive, scalar(bound.path("value")));
    }
  }

  private static JsonNode scalar(JsonNode literal) {
    if (literal.isMissingNode()) {
      return MAKE.nullNode();
    }
    JsonNode value = literal.path("value");
    return literal.path("is").asText().equals("numeric")
        ? MAKE.numberNode(new BigDecimal(value.asText()))
        : value;
  }
}
