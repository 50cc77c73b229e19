package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes reports in the shape of Great Expectations: the same keys in the same order, with the
 * numbers that its mode would give. Pure.
 */
public final class GxResults {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** In which order the results of a suite stand. */
  public enum Order {
    /** That of the suite. */
    SUITE,
    /** That of Great Expectations: expectations that raised come first. */
    GX
  }

  private GxResults() {}

  /**
   * The result of a suite, as {@code ExpectationSuiteValidationResult} in JSON.
   *
   * @param report of the contract that the suite became, asked for with {@link
   *     ResultFormat#options}
   * @throws IllegalArgumentException if the report is not that of the suite
   */
  public static String of(ContractReport report, GxSuite suite, ResultFormat format, Order order) {
    Map<String, RuleResult> byRule = new HashMap<>();
    report.results().forEach(result -> byRule.put(result.rule().id(), result));
    List<ObjectNode> raised = new ArrayList<>();
    List<ObjectNode> answered = new ArrayList<>();
    int successful = 0;
    for (GxSuite.Item item : suite.items()) {
      RuleResult result = byRule.get(item.rule());
      if (result == null) {
        throw new IllegalArgumentException(
            "The report has no rule " + item.rule() + "; it is of another suite");
      }
      ObjectNode evr = evr(item, result, format, report);
      successful += evr.path("success").booleanValue() ? 1 : 0;
      boolean first =
          order == Order.GX && evr.path("exception_info").path("raised_exception").booleanValue();
      (first ? raised : answered).add(evr);
    }
    int evaluated = suite.items().size();
    ObjectNode node = NODES.objectNode();
    node.put("success", successful == evaluated);
    ArrayNode results = node.putArray("results");
    raised.forEach(results::add);
    answered.forEach(results::add);
    node.put("suite_name", suite.name());
    node.putObject("suite_parameters");
    ObjectNode statistics = node.putObject("statistics");
    statistics.put("evaluated_expectations", evaluated);
    statistics.put("successful_expectations", successful);
    statistics.put("unsuccessful_expectations", evaluated - successful);
    if (evaluated == 0) {
      statistics.putNull("success_percent");
    } else {
      statistics.put("success_percent", (double) successful / evaluated * 100);
    }
    ObjectNode meta = node.putObject("meta");
    meta.put("engine", report.engine());
    meta.put("mode", report.options().mode().name());
    meta.put("dataset_version", report.dataset().version());
    suite.id().ifPresentOrElse(id -> node.put("id", id), () -> node.putNull("id"));
    return node.toString();
  }

  private static ObjectNode evr(
      GxSuite.Item item, RuleResult result, ResultFormat format, ContractReport report) {
    Judgement judgement = result.judgement();
    ObjectNode evr =
        evr(
            item.type(),
            judgement,
            format,
            report.options().mode(),
            report.dataset().asset().name(),
            Optional.empty());
    ObjectNode config = evr.putObject("expectation_config");
    config.put("type", item.type());
    ObjectNode kwargs = (ObjectNode) Located.read(item.kwargs()).root();
    if (!kwargs.has("batch_id")) {
      kwargs.put("batch_id", report.dataset().asset().name());
    }
    config.set("kwargs", kwargs);
    config.set("meta", Located.read(item.meta()).root());
    item.severity().ifPresent(severity -> config.put("severity", severity));
    item.id().ifPresent(id -> config.put("id", id));
    return evr;
  }

  /** Success, result, meta and exception_info of one expectation. */
  static ObjectNode evr(
      String type,
      Judgement judgement,
      ResultFormat format,
      Mode mode,
      String table,
      Optional<Fields> fields) {
    ObjectNode evr = NODES.objectNode();
    evr.put("success", judgement.status() == Judgement.Status.PASSED);
    Optional<String> raised =
        judgement.status() == Judgement.Status.ERROR
                || judgement.status() == Judgement.Status.UNSUPPORTED
            ? judgement.reason()
            : Optional.empty();
    evr.set(
        "result",
        raised.isPresent()
            ? NODES.objectNode()
            : result(type, judgement, format, mode, table, fields));
    evr.putObject("meta");
    ObjectNode exception = evr.putObject("exception_info");
    exception.put("raised_exception", raised.isPresent());
    exception.putNull("exception_traceback");
    raised.ifPresentOrElse(
        reason -> exception.put("exception_message", reason),
        () -> exception.putNull("exception_message"));
    return evr;
  }

  private static ObjectNode result(
      String type,
      Judgement judgement,
      ResultFormat format,
      Mode mode,
      String table,
      Optional<Fields> fields) {
    Expectation.Shape shape =
        GxExpectations.find(type).map(Expectation::shape).orElse(Expectation.Shape.OBSERVED);
    if (format.level() == ResultFormat.Level.BOOLEAN_ONLY || shape == Expectation.Shape.NOTHING) {
      return NODES.objectNode();
    }
    if (judgement.measured() instanceof Judgement.Rows rows) {
      return new MapResult(type, shape, rows, format, mode, table, nulls(rows, mode, fields))
          .write();
    }
    ObjectNode result = NODES.objectNode();
    if (judgement.measured() instanceof Judgement.Observed observed) {
      result.set("observed_value", node(observed.value()));
      observed.details().ifPresent(details -> result.set("details", node(Optional.of(details))));
    }
    return result;
  }

  /** In pandas, a column of objects holds None, which is one thing; others hold NaN. */
  private static UnexpectedCounts.Nulls nulls(
      Judgement.Rows rows, Mode mode, Optional<Fields> fields) {
    boolean objects =
        fields
            .flatMap(known -> known.find(rows.shown().get(0)))
            .map(field -> field.type().equals("object"))
            .orElse(false);
    return mode == Mode.GX_PANDAS && !objects
        ? UnexpectedCounts.Nulls.APART
        : UnexpectedCounts.Nulls.TOGETHER;
  }

  private static JsonNode node(Optional<Json> json) {
    return json.map(value -> Located.read(value.text()).root()).orElse(NODES.nullNode());
  }
}
