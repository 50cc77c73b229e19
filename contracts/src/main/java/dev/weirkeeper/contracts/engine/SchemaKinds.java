package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Kinds of rules about the columns that a table has; they need no data. */
final class SchemaKinds {
  private SchemaKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of(
        Rule.COLUMN_EXISTS, SchemaKinds::columnExists,
        Rule.COLUMNS_MATCH, SchemaKinds::columnsMatch,
        Rule.OF_FORM, SchemaKinds::ofForm,
        TableRules.COLUMNS_ORDERED, SchemaKinds::columnsOrdered,
        TableRules.COLUMN_COUNT_BETWEEN, SchemaKinds::columnCount);
  }

  private static Step columnExists(Rule rule, Fields fields, Options options) {
    String column = rule.columns().get(0);
    Optional<Integer> index = rule.terms().as(Terms.Place.class).index();
    if (options.mode() != Mode.STRICT && index.equals(Optional.of(0))) {
      // Great Expectations takes index 0 for no index.
      index = Optional.empty();
    }
    List<String> names = fields.names();
    boolean kept;
    if (index.isEmpty()) {
      kept = names.contains(column);
    } else {
      int at = index.get() < 0 ? names.size() + index.get() : index.get();
      kept = at >= 0 && at < names.size() && names.get(at).equals(column);
    }
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Nothing(),
            kept
                ? Optional.empty()
                : Optional.of(
                    "There is no column \""
                        + column
                        + "\""
                        + index.map(place -> " at place " + place).orElse(""))));
  }

  private static Step ofForm(Rule rule, Fields fields, Options options) {
    List<Form> forms = rule.terms().as(Terms.Forms.class).forms();
    Form form = fields.the(rule.columns().get(0)).form();
    boolean kept = forms.contains(form);
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(Optional.of(Json.of(form)), Optional.empty()),
            kept
                ? Optional.empty()
                : Optional.of("The values have the form " + form + ", not one of " + forms)));
  }

  private static Step columnsMatch(Rule rule, Fields fields, Options options) {
    Terms.Columns terms = rule.terms().as(Terms.Columns.class);
    Set<String> expected = new HashSet<>(terms.columns());
    List<String> names = fields.names();
    if (expected.equals(new HashSet<>(names))) {
      return observed(true, Json.of(names), Optional.empty());
    }
    Set<String> unexpected = new TreeSet<>(names);
    unexpected.removeAll(expected);
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(new HashSet<>(names));
    Map<String, List<String>> mismatched = new HashMap<>();
    if (!unexpected.isEmpty()) {
      mismatched.put("unexpected", List.copyOf(unexpected));
    }
    if (!missing.isEmpty()) {
      mismatched.put("missing", List.copyOf(missing));
    }
    return observed(
        terms.match() == Terms.Match.CONTAINS && missing.isEmpty(),
        Json.of(names.stream().sorted().toList()),
        Optional.of(Shown.object("mismatched", mismatched)));
  }

  private static Step columnsOrdered(Rule rule, Fields fields, Options options) {
    List<String> expected = rule.terms().as(TableTerms.ColumnOrder.class).columns();
    List<String> names = fields.names();
    List<Json> mismatched = new ArrayList<>();
    for (int i = 0; i < Math.max(expected.size(), names.size()); i++) {
      Json wanted = i < expected.size() ? Json.of(expected.get(i)) : Shown.NULL;
      Json found = i < names.size() ? Json.of(names.get(i)) : Shown.NULL;
      if (!wanted.equals(found)) {
        mismatched.add(
            Json.of(Map.of("Expected Column Position", i, "Expected", wanted, "Found", found)));
      }
    }
    return observed(
        mismatched.isEmpty(),
        Json.of(names),
        mismatched.isEmpty()
            ? Optional.empty()
            : Optional.of(Shown.object("mismatched", mismatched)));
  }

  private static Step columnCount(Rule rule, Fields fields, Options options) {
    Range range = rule.terms().as(Range.class);
    return AggregateKinds.judge(
        Optional.of((long) fields.all().size()), range, "number of columns");
  }

  private static Step observed(boolean kept, Json value, Optional<Json> details) {
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(Optional.of(value), details),
            kept ? Optional.empty() : Optional.of("The columns are not those of the rule")));
  }
}
