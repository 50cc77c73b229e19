package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.read.Drafting.Style;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@code schema.yml} of dbt: one contract for each model, seed, snapshot and table of a
 * source.
 *
 * <p>Judged are the generic tests of dbt, of dbt_utils and of dbt_expectations that rules can say,
 * with {@code where}, severity and thresholds, and enforced model contracts with their constraints.
 * Every other test blocks by name. Conditions are those that {@code docs/contracts.md} tells; Jinja
 * is not run.
 */
public final class DbtSchemaReader {
  private static final List<String> RELATIONS = List.of("models", "seeds", "snapshots");

  private static final Pattern REF =
      Pattern.compile(
          "\\s*(?:\\{\\{)?\\s*ref\\(\\s*(?:['\"][\\w.-]+['\"]\\s*,\\s*)?['\"]([\\w.-]+)['\"]\\s*\\)"
              + "\\s*(?:\\}\\})?\\s*");

  private static final Pattern SOURCE =
      Pattern.compile(
          "\\s*(?:\\{\\{)?\\s*source\\(\\s*['\"]([\\w.-]+)['\"]\\s*,\\s*['\"]([\\w.-]+)['\"]\\s*\\)"
              + "\\s*(?:\\}\\})?\\s*");

  private final Account account = new Account();
  private final List<Contract> contracts = new ArrayList<>();
  private final Set<String> assets = new HashSet<>();
  private final Map<String, String> refs = new HashMap<>();
  private final Map<String, String> sources = new HashMap<>();
  private final String version;

  private DbtSchemaReader(String version) {
    this.version = version;
  }

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names file, line and
   *     path
   */
  public static Imported read(Path file) throws IOException {
    return ContractReaders.named(file, DbtSchemaReader::read);
  }

  /**
   * The version of each contract is the digest of the document.
   *
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names line and path
   */
  public static Imported read(String document) {
    return read(Documents.read(requireNonNull(document, "document")));
  }

  static boolean reads(Node root) {
    return root.isMapping() && (RELATIONS.stream().anyMatch(root::has) || root.has("sources"));
  }

  static Imported read(Node root) {
    String text = root.tree().toString();
    String version = Hash.of(text.getBytes(StandardCharsets.UTF_8)).brief();
    return new DbtSchemaReader(version).document(root);
  }

  private Imported document(Node root) {
    for (String part : RELATIONS) {
      for (Node model : root.at(part).items()) {
        refs.put(model.at("name").word(), relation(model));
      }
    }
    for (Node source : root.at("sources").items()) {
      for (Node table : source.at("tables").items()) {
        sources.put(source.at("name").word() + "." + table.at("name").word(), table(source, table));
      }
    }
    for (String part : RELATIONS) {
      for (Node model : root.at(part).items()) {
        asset(model, relation(model), model.at("name").word());
      }
    }
    for (Node source : root.at("sources").items()) {
      for (Node table : source.at("tables").items()) {
        String name = source.at("name").word() + "." + table.at("name").word();
        asset(table, table(source, table), name);
        if (table.has("freshness") || source.has("freshness")) {
          account.remark(
              table.has("freshness") ? table.at("freshness") : source.at("freshness"),
              "freshness",
              "freshness is a promise over time; watch it with a detector");
        }
      }
    }
    return new Imported(contracts, account.report());
  }

  private static String relation(Node model) {
    Node config = model.at("config");
    return config
        .at("alias")
        .wordIfAny()
        .or(() -> model.at("alias").wordIfAny())
        .orElse(model.at("name").word());
  }

  private static String table(Node source, Node table) {
    String schema = source.at("schema").wordIfAny().orElse(source.at("name").word());
    return schema + "." + table.at("identifier").wordIfAny().orElse(table.at("name").word());
  }

  private void asset(Node model, String table, String id) {
    if (!assets.add(table)) {
      throw model.malformed("there is another relation called " + table);
    }
    Drafting draft = new Drafting(account, table);
    boolean enforced =
        model.at("config").at("contract").at("enforced").truth()
            || model.at("contract").at("enforced").truth();
    List<Node> columns = model.at("columns").items();
    if (enforced) {
      List<String> names = columns.stream().map(column -> column.at("name").word()).toList();
      draft.supported(
          model.at("columns"), "contract columns", Rule.columns(names, Terms.Match.EXACT));
    }
    for (Node constraint : model.at("constraints").items()) {
      constraint(draft, constraint, constraint.at("columns").words(), enforced);
    }
    DbtTests tests = new DbtTests(draft, this::target);
    for (Node test : tests(model)) {
      tests.read(test, Optional.empty());
    }
    for (Node column : columns) {
      String name = column.at("name").word();
      dataType(draft, column, name, enforced);
      for (Node constraint : column.at("constraints").items()) {
        constraint(draft, constraint, List.of(name), enforced);
      }
      for (Node test : tests(column)) {
        tests.read(test, Optional.of(name));
      }
    }
    contracts.add(draft.contract(id, version));
  }

  private static List<Node> tests(Node of) {
    List<Node> tests = new ArrayList<>(of.at("tests").items());
    tests.addAll(of.at("data_tests").items());
    return tests;
  }

  private void dataType(Drafting draft, Node column, String name, boolean enforced) {
    Node type = column.at("data_type");
    if (type.isNothing()) {
      return;
    }
    String asked = "data_type " + type.word();
    if (!enforced) {
      account.remark(type, asked, "dbt enforces it only in a model whose contract is enforced");
      return;
    }
    Optional<Form[]> forms = TypeNames.forms(type.word());
    if (forms.isEmpty()) {
      draft.unsupported(type, asked, List.of(name), "it is not known what such values are");
    } else {
      draft.approximated(
          type,
          asked,
          Rule.ofForm(name, forms.get()),
          Style.PLAIN,
          "the form of the values is judged, not the name that a system gives to their type");
    }
  }

  private void constraint(Drafting draft, Node constraint, List<String> columns, boolean enforced) {
    String type = constraint.at("type").word();
    String asked = "constraint " + type;
    if (columns.isEmpty() && !type.equals("check")) {
      throw constraint.malformed("it names no columns");
    }
    if (!enforced) {
      account.remark(
          constraint, asked, "dbt enforces it only in a model whose contract is enforced");
      return;
    }
    try {
      switch (type) {
        case "not_null" ->
            columns.forEach(column -> draft.supported(constraint, asked, Rule.notNull(column)));
        case "unique" -> draft.supported(constraint, asked, unique(columns));
        case "primary_key" -> {
          draft.supported(constraint, asked, unique(columns));
          columns.forEach(column -> draft.keep(constraint, Rule.notNull(column), Style.PLAIN));
        }
        case "check" ->
            draft.supported(constraint, asked, holds(constraint.at("expression")), Style.PLAIN);
        case "foreign_key" -> draft.supported(constraint, asked, foreignKey(constraint, columns));
        default -> throw new UnsaidException("no rule says a constraint of this type");
      }
    } catch (UnsaidException e) {
      draft.unsupported(constraint, asked, columns, e.reason());
    }
  }

  private static Rule unique(List<String> columns) {
    return columns.size() == 1
        ? Rule.unique(columns.get(0))
        : Rule.compoundUnique(Terms.Ignore.ANY, columns.toArray(String[]::new));
  }

  private static Rule holds(Node expression) {
    return DbtTests.holds(DbtTests.condition(expression.word()));
  }

  private Rule foreignKey(Node constraint, List<String> columns) {
    List<String> keys = new ArrayList<>(constraint.at("to_columns").words());
    String table;
    if (constraint.has("to")) {
      table = target(constraint.at("to"));
    } else {
      Matcher expression =
          Pattern.compile("\\s*([\\w.\"]+)\\s*\\(([\\w\\s,\"]+)\\)\\s*")
              .matcher(constraint.at("expression").word());
      if (!expression.matches()) {
        throw new UnsaidException("it is no reference of the form table (column)");
      }
      table = expression.group(1).replace("\"", "");
      for (String key : expression.group(2).split(",")) {
        keys.add(key.strip().replace("\"", ""));
      }
    }
    if (keys.size() != columns.size()) {
      throw new UnsaidException("it does not name a key for each of its columns");
    }
    return Rule.refers(columns, table, keys);
  }

  /** The table that a ref or a source means. */
  private String target(Node to) {
    String text = to.word();
    Matcher ref = REF.matcher(text);
    if (ref.matches()) {
      return refs.getOrDefault(ref.group(1), ref.group(1));
    }
    Matcher source = SOURCE.matcher(text);
    if (source.matches()) {
      String name = source.group(1) + "." + source.group(2);
      return sources.getOrDefault(name, name);
    }
    throw new UnsaidException("it is neither ref('…') nor source('…', '…'); Jinja is not run");
  }
}
