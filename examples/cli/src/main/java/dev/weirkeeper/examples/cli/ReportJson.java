package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes checks and imports for programs. Values are in it only if somebody asked for them. */
final class ReportJson {
  private ReportJson() {}

  static Json of(Checked checked) {
    ContractReport report = checked.report();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("verdict", checked.verdict().name());
    document.put("contract", contract(report.contract()));
    document.put(
        "dataset",
        Map.of("name", report.dataset().asset().name(), "version", report.dataset().version()));
    document.put("engine", report.engine());
    document.put("mode", report.options().mode().name());
    document.put("coverage", checked.account().coverage());
    document.put(
        "results",
        report.results().stream().map(result -> result(result, checked.privacy())).toList());
    return Json.of(document);
  }

  private static Map<String, Object> contract(Contract contract) {
    return Map.of(
        "id",
        contract.id(),
        "version",
        contract.version(),
        "table",
        contract.asset(),
        "digest",
        contract.digest().toString());
  }

  private static Map<String, Object> result(RuleResult result, Privacy privacy) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("rule", result.rule().id());
    node.put("kind", result.rule().kind());
    node.put("columns", result.rule().columns());
    node.put("severity", result.rule().severity().name());
    node.put("status", result.judgement().status().name());
    result.judgement().reason().ifPresent(reason -> node.put("reason", reason));
    if (result.judgement().measured() instanceof Judgement.Rows rows) {
      node.put("elements", rows.elements());
      node.put("considered", rows.considered());
      node.put("unexpected", rows.unexpected());
      if (privacy.shows()) {
        node.put("shown", rows.shown());
        node.put("sample", rows.sample().stream().map(row -> row(rows, row, privacy)).toList());
      }
    } else if (result.judgement().measured() instanceof Judgement.Observed observed) {
      boolean tells = privacy.shows() || Privacy.isCount(result.rule());
      observed.value().filter(value -> tells).ifPresent(value -> node.put("observed", value));
    }
    return node;
  }

  private static Map<String, Object> row(Judgement.Rows rows, Answers.Row row, Privacy privacy) {
    Map<String, Object> node = new LinkedHashMap<>();
    row.index().ifPresent(index -> node.put("index", index));
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < Math.min(rows.shown().size(), row.values().size()); i++) {
      cells.add(privacy.cell(rows.shown().get(i), row.values().get(i)));
    }
    node.put("values", cells);
    return node;
  }

  /** What became of a file of rules. */
  static Json of(List<Contract> contracts, ImportReport account) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("coverage", account.coverage());
    document.put("contracts", contracts.stream().map(ReportJson::contract).toList());
    document.put("supported", account.supported());
    document.put("approximated", account.approximated());
    document.put("unsupported", account.unsupported());
    document.put("remarks", account.remarks());
    return Json.of(document);
  }
}
