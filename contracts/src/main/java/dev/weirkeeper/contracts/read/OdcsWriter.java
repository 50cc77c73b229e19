package dev.weirkeeper.contracts.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes a contract as a data contract of ODCS 3.1, accounting for what that standard cannot say:
 * such rules are written as custom checks of the engine {@code weirkeeper}, which other tools skip.
 */
public final class OdcsWriter {
  private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

  /**
   * @param yaml the document
   * @param report each rule: said in ODCS, or only as a custom check of ours
   */
  public record Exported(String yaml, ImportReport report) {}

  private final List<ImportReport.Supported> said = new ArrayList<>();
  private final List<ImportReport.Unsupported> unsaid = new ArrayList<>();
  private final Map<String, ObjectNode> properties = new LinkedHashMap<>();

  /** Options that each column has already; a second one is a custom check. */
  private final Set<String> taken = new HashSet<>();

  private final ObjectNode object = MAKE.objectNode();

  private OdcsWriter() {}

  /** The contract as ODCS. */
  public static Exported write(Contract contract) {
    return new OdcsWriter().written(contract);
  }

  private Exported written(Contract contract) {
    ObjectNode root = MAKE.objectNode();
    root.put("apiVersion", "v3.1.0");
    root.put("kind", "DataContract");
    root.put("id", contract.id());
    root.put("name", contract.id());
    root.put("version", contract.version());
    root.put("status", "active");
    String asset = contract.asset();
    object.put("name", asset.substring(asset.lastIndexOf('.') + 1));
    object.put("physicalName", asset);
    object.put("logicalType", "object");
    // The columns first, so that they stand in the order in which the rules name them.
    contract.rules().forEach(rule -> rule.columns().forEach(this::property));
    for (Rule rule : contract.rules()) {
      String path = "$.rules[" + (said.size() + unsaid.size()) + "]";
      if (plain(rule) && say(rule)) {
        said.add(new ImportReport.Supported(path, rule.kind(), rule.id()));
      } else {
        custom(rule);
        unsaid.add(
            new ImportReport.Unsupported(
                path,
                rule.kind(),
                rule.id(),
                "ODCS has no words for it; it is a custom check of the engine weirkeeper"));
      }
    }
    if (!properties.isEmpty()) {
      ArrayNode all = object.putArray("properties");
      properties.values().forEach(all::add);
    }
    JsonNode quality = object.remove("quality");
    if (quality != null) {
      object.set("quality", quality);
    }
    root.putArray("schema").add(object);
    return new Exported(Trees.yaml(root), new ImportReport(said, unsaid));
  }

  /** A rule without what ODCS has no place for. */
  private static boolean plain(Rule rule) {
    return rule.condition().isEmpty()
        && rule.mostly() == 1
        && rule.onUnknown() == Rule.Answer.FAIL
        && rule.onEmpty() == Rule.Answer.PASS;
  }

  private ObjectNode property(String column) {
    return properties.computeIfAbsent(
        column,
        name -> {
          ObjectNode property = MAKE.objectNode();
          property.put("name", name);
          return property;
        });
  }

  private boolean once(String column, String what) {
    return taken.add(column + " " + what);
  }

  /** Whether the rule can be said, and is. */
  private boolean say(Rule rule) {
    boolean schema = rule.severity() == Rule.Severity.CRITICAL;
    if (schema && saidBySchema(rule)) {
      return true;
    }
    Optional<ObjectNode> check = check(rule);
    check.ifPresent(
        quality -> {
          quality.put("name", rule.id());
          quality.put("severity", severity(rule));
          target(rule, quality).withArray("quality").add(quality);
        });
    return check.isPresent();
  }

  private static String severity(Rule rule) {
    return rule.severity() == Rule.Severity.CRITICAL
        ? "error"
        : rule.severity().name().toLowerCase(Locale.ROOT);
  }

  /** Checks about one column stand below it. */
  private ObjectNode target(Rule rule, ObjectNode quality) {
    boolean single = rule.columns().size() == 1 && !quality.path("type").asText().equals("sql");
    return single ? property(rule.columns().get(0)) : object;
  }

  private boolean saidBySchema(Rule rule) {
    String column = rule.columns().isEmpty() ? "" : rule.columns().get(0);
    return switch (rule.kind()) {
      case Rule.COLUMN_EXISTS -> rule.terms().as(Terms.Place.class).index().isEmpty();
      case Rule.NOT_NULL -> once(column, "required") && flagged(column, "required");
      case Rule.UNIQUE -> once(column, "unique") && flagged(column, "unique");
      case Rule.OF_FORM -> logicalType(column, rule.terms().as(Terms.Forms.class).forms());
      case Rule.REFERS -> relationship(rule);
      default -> false;
    };
  }

  private boolean flagged(String column, String flag) {
    property(column).put(flag, true);
    return true;
  }

  private boolean logicalType(String column, List<Form> forms) {
    for (String type : List.of("string", "integer", "number", "boolean", "date", "timestamp")) {
      Set<Form> known = Set.of(TypeNames.logical(type).orElseThrow());
      if (known.equals(new HashSet<>(forms)) && once(column, "logicalType")) {
        property(column).put("logicalType", type);
        return true;
      }
    }
    return false;
  }

  private boolean relationship(Rule rule) {
    Terms.Reference to = rule.terms().as(Terms.Reference.class);
    String name = "[A-Za-z_][A-Za-z0-9_]*";
    boolean sayable =
        to.table().matches(name)
            && to.keys().stream().allMatch(key -> key.matches(name))
            && rule.columns().stream().allMatch(column -> column.matches(name));
    if (!sayable) {
      return false;
    }
    ObjectNode relationship = MAKE.objectNode();
    relationship.put("type", "foreignKey");
    if (rule.columns().size() == 1) {
      relationship.put("to", to.table() + "." + to.keys().get(0));
      property(rule.columns().get(0)).withArray("relationships").add(relationship);
      return true;
    }
    String own = object.path("name").asText();
    if (!own.matches(name)) {
      return false;
    }
    ArrayNode from = relationship.putArray("from");
    rule.columns().forEach(column -> from.add(own + "." + column));
    ArrayNode keys = relationship.putArray("to");
    to.keys().forEach(key -> keys.add(to.table() + "." + key));
    object.withArray("relationships").add(relationship);
    return true;
  }

  /** The rule as a check of the library or in SQL. */
  private Optional<ObjectNode> check(Rule rule) {
    return switch (rule.kind()) {
      case Rule.NOT_NULL -> Optional.of(none("nullValues"));
      case Rule.UNIQUE -> Optional.of(none("duplicateValues"));
      case Rule.COMPOUND_UNIQUE -> compound(rule);
      case Rule.IN_SET ->
          rule.terms().as(Terms.Members.class).members().map(OdcsWriter::validValues);
      case Rule.ROW_COUNT_BETWEEN ->
          within(MAKE.objectNode().put("metric", "rowCount"), rule.terms().as(Range.class));
      case TableRules.ROWS_BETWEEN -> rowsBetween(rule.terms().as(TableTerms.RowsBetween.class));
      case TableRules.QUERY_BETWEEN -> {
        TableTerms.SelectRange terms = rule.terms().as(TableTerms.SelectRange.class);
        ObjectNode sql = MAKE.objectNode();
        sql.put("type", "sql");
        sql.put("query", terms.select().replace("{batch}", "${table}"));
        yield within(sql, terms.range());
      }
      case TableRules.NO_ROWS -> {
        ObjectNode sql = MAKE.objectNode();
        String select = rule.terms().as(TableTerms.Select.class).select();
        sql.put("type", "sql");
        sql.put(
            "query",
            "SELECT count(*) FROM (" + select.replace("{batch}", "${table}") + ") AS found");
        sql.put("mustBe", 0);
        yield Optional.of(sql);
      }
      case Rule.HOLDS -> holds(rule);
      case Rule.BETWEEN -> sql(compared(rule, Operand.column(rule.columns().get(0))));
      case Rule.LENGTH_BETWEEN ->
          sql(compared(rule, new Operand.Length(Operand.column(rule.columns().get(0)))));
      default -> Optional.empty();
    };
  }

  private static ObjectNode none(String metric) {
    return MAKE.objectNode().put("metric", metric).put("mustBe", 0);
  }

  /** What a key with NULL means is that of {@link Terms.Ignore#ANY} in ODCS. */
  private static Optional<ObjectNode> compound(Rule rule) {
    if (rule.terms().as(Terms.Several.class).ignore() != Terms.Ignore.ANY) {
      return Optional.empty();
    }
    ObjectNode check = none("duplicateValues");
    ArrayNode names = check.putObject("arguments").putArray("properties");
    rule.columns().forEach(names::add);
    return Optional.of(check);
  }

  private static ObjectNode validValues(List<Literal> members) {
    ObjectNode check = none("invalidValues");
    ArrayNode values = check.putObject("arguments").putArray("validValues");
    members.forEach(member -> values.add(scalar(member)));
    return check;
  }

  private static JsonNode scalar(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      return MAKE.numberNode(new BigDecimal(number.value()));
    }
    return literal instanceof Literal.Truth truth
        ? MAKE.booleanNode(truth.value())
        : MAKE.textNode(((Literal.Text) literal).value());
  }

  private Optional<ObjectNode> rowsBetween(TableTerms.RowsBetween terms) {
    ObjectNode check = MAKE.objectNode();
    if (!(terms.rows() instanceof Expr.IsNull test && test.value() instanceof Operand.Column)) {
      return Optional.empty();
    }
    check.put("metric", "nullValues");
    if (terms.unit() == TableTerms.Unit.PERCENT) {
      check.put("unit", "percent");
    }
    return within(check, terms.within());
  }

  /** With the range as one threshold, if one says it. */
  private static Optional<ObjectNode> within(ObjectNode check, Range range) {
    boolean numbers =
        range.min().map(min -> min.value() instanceof Literal.Numeric).orElse(true)
            && range.max().map(max -> max.value() instanceof Literal.Numeric).orElse(true);
    if (!numbers) {
      return Optional.empty();
    }
    Optional<JsonNode> min = range.min().map(bound -> scalar(bound.value()));
    Optional<JsonNode> max = range.max().map(bound -> scalar(bound.value()));
    boolean fromWithin =
        range.min().map(bound -> bound.edge() == Range.Edge.INCLUSIVE).orElse(false);
    boolean toWithin = range.max().map(bound -> bound.edge() == Range.Edge.INCLUSIVE).orElse(false);
    if (min.isPresent() && max.isPresent()) {
      if (!fromWithin || !toWithin) {
        return Optional.empty();
      }
      if (min.equals(max)) {
        check.set("mustBe", min.get());
      } else {
        check.putArray("mustBeBetween").add(min.get()).add(max.get());
      }
    } else if (min.isPresent()) {
      check.set(fromWithin ? "mustBeGreaterOrEqualTo" : "mustBeGreaterThan", min.get());
    } else if (max.isPresent()) {
      check.set(toWithin ? "mustBeLessOrEqualTo" : "mustBeLessThan", max.get());
    } else {
      return Optional.empty();
    }
    return Optional.of(check);
  }

  private static Optional<ObjectNode> holds(Rule rule) {
    return sql(rule.terms().as(Terms.Holds.class).expr());
  }

  private static Expr compared(Rule rule, Operand value) {
    Range range = rule.terms().as(Range.class);
    List<Expr> parts = range.compared(value);
    return parts.size() == 1 ? parts.get(0) : new Expr.And(parts);
  }

  /** How many rows are FALSE, in SQL that other databases understand. */
  private static Optional<ObjectNode> sql(Expr good) {
    return Conditions.written(good)
        .filter(sql -> !sql.contains("matches("))
        .map(
            sql ->
                MAKE.objectNode()
                    .put("type", "sql")
                    .put("query", "SELECT count(*) FROM ${table} WHERE NOT (" + sql + ")")
                    .put("mustBe", 0));
  }

  private void custom(Rule rule) {
    ObjectNode check = MAKE.objectNode();
    check.put("type", "custom");
    check.put("name", rule.id());
    check.put("severity", severity(rule));
    check.put("engine", "weirkeeper");
    check.set("implementation", ContractYaml.written(rule));
    object.withArray("quality").add(check);
  }
}
