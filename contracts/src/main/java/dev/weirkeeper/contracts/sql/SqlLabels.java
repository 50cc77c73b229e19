package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.RowTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * One SELECT that answers each row of a data set once, with the rules that it breaks: for whoever
 * routes good rows one way and bad ones another.
 *
 * @param select all columns of the data, then {@code labels}
 * @param labels name of a column that holds an array of numbers, each a place in {@code rules}, in
 *     their order; empty for a good row
 * @param rules ids of the rules that SQL labels by
 * @param inexact ids of those that it cannot say exactly, and why: memory labels by them
 */
public record SqlLabels(
    String select, String labels, List<String> rules, Map<String, String> inexact) {

  public SqlLabels {
    requireNonNull(select, "select");
    requireNonNull(labels, "labels");
    rules = List.copyOf(rules);
    inexact = Map.copyOf(inexact);
  }

  /**
   * @param tests what each rule asks of a row, by the rule's id, in the order of the contract
   * @throws IllegalArgumentException if a test cannot be asked of this data at all
   */
  public static SqlLabels of(SqlSource source, Map<String, RowTest> tests) {
    Dialect dialect = source.dialect();
    Planner planner = new Planner(source);
    Map<String, String> inexact = new LinkedHashMap<>();
    Map<String, Expr> bad = new LinkedHashMap<>();
    tests.forEach(
        (id, test) -> {
          Expr rows = Expr.all(test.applies(), test.considered(), test.bad());
          try {
            // Each by itself first: what cannot be said must not leave half a column behind.
            condition(planner.conditions(), rows);
            bad.put(id, rows);
          } catch (InexactException e) {
            inexact.put(id, String.valueOf(e.getMessage()));
          } catch (NoOrderException e) {
            throw new IllegalArgumentException("Rule " + id + ": " + e.getMessage(), e);
          }
        });
    Conditions conditions = planner.conditions();
    StringJoiner labels = new StringJoiner(", ");
    List<String> rules = new ArrayList<>(bad.keySet());
    for (int i = 0; i < rules.size(); i++) {
      Expr rows = requireNonNull(bad.get(rules.get(i)));
      labels.add("CASE WHEN " + condition(conditions, rows) + " THEN " + i + " END");
    }
    if (rules.isEmpty()) {
      labels.add("CAST(NULL AS INTEGER)");
    }
    String column = "wk_labels";
    while (source.fields().find(column).isPresent()) {
      column += "_";
    }
    StringJoiner columns = new StringJoiner(", ");
    Set<String> names = new LinkedHashSet<>();
    for (Field field : source.fields().all()) {
      names.add(field.name());
      columns.add(Operands.ROW + "." + dialect.name(field.name()));
    }
    columns.add(dialect.say(Phrase.LABELS, labels.toString()) + " AS " + dialect.name(column));
    boolean order =
        bad.values().stream()
            .anyMatch(rows -> ExprParts.has(rows, Expr.OutOfOrder.class::isInstance));
    String from =
        planner.from(conditions, names, order ? Planner.Numbered.YES : Planner.Numbered.NO);
    return new SqlLabels("SELECT " + columns + " FROM " + from, column, rules, inexact);
  }

  private static String condition(Conditions conditions, Expr rows) {
    List<Expr> all = Exprs.conjuncts(rows);
    return all.isEmpty() ? "TRUE" : Planner.joined(conditions, all);
  }
}
