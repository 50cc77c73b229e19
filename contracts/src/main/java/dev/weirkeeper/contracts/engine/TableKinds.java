package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.util.HashMap;
import java.util.Map;

/** Kinds of rules about a column or a table as a whole. */
final class TableKinds {
  private TableKinds() {}

  static Map<String, RuleKind> all() {
    Map<String, RuleKind> all = new HashMap<>();
    all.putAll(AggregateKinds.all());
    all.putAll(DistinctKinds.all());
    all.putAll(QuantileKinds.all());
    all.putAll(DivergenceKinds.all());
    all.putAll(SchemaKinds.all());
    all.putAll(QueryKinds.all());
    all.put(Rule.UNSUPPORTED, TableKinds::unsupported);
    return all;
  }

  private static Step unsupported(Rule rule, Fields fields, Options options) {
    Terms.Unsupported terms = rule.terms().as(Terms.Unsupported.class);
    return new Step.Done(
        Judgement.unsupported(terms.expectation() + " is not judged: " + terms.reason()));
  }
}
