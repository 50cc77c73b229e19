package dev.weirkeeper.examples.cli;

import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.RuleText;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows a check on a terminal, the worst rules first. */
final class ReportText {
  private static final int SAMPLES = 3;

  private final Checked checked;
  private final ContractReport report;
  private final Output output;

  ReportText(Checked checked, Output output) {
    this.checked = checked;
    this.report = checked.report();
    this.output = output;
  }

  void print() {
    List<RuleResult> results = Verdict.worstFirst(report);
    if (!results.isEmpty()) {
      Table table = new Table("", "severity", "bad rows", "share", "rule");
      results.forEach(
          result ->
              table.add(
                  ReportPage.words(result.judgement().status()),
                  result.rule().severity().name().toLowerCase(Locale.ROOT),
                  bad(result),
                  share(result),
                  RuleText.of(result.rule()).text()));
      output.table(table, (column, text) -> column == 0 ? style(text) : Style.PLAIN);
      output.line("");
    }
    results.stream().filter(result -> !result.passed()).forEach(this::details);
    output.field("verdict", style(checked.verdict()), verdict());
    output.field("data", report.dataset().asset().name());
    output.field("contract", report.contract().id() + " " + report.contract().digest());
    output.field(
        "engine",
        report.engine()
            + ", "
            + report.options().mode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    output.field("coverage", ReportPage.coverage(checked.account()));
  }

  private String verdict() {
    long kept = report.results().stream().filter(RuleResult::passed).count();
    return checked.verdict().words().toLowerCase(Locale.ROOT)
        + ", "
        + Figures.count(kept)
        + " of "
        + Figures.count(report.results().size(), "rule", "rules")
        + " kept";
  }

  private void details(RuleResult result) {
    Judgement judgement = result.judgement();
    List<String> lines = new ArrayList<>();
    Checked.reason(result).ifPresent(lines::add);
    if (judgement.measured() instanceof Judgement.Observed observed) {
      observed
          .value()
          .ifPresent(
              value -> lines.add("found " + checked.privacy().observed(result.rule(), value)));
    }
    if (judgement.measured() instanceof Judgement.Rows rows) {
      for (Answers.Row row : rows.sample().subList(0, Math.min(SAMPLES, rows.sample().size()))) {
        lines.add(row(rows, row));
      }
    }
    if (!lines.isEmpty()) {
      output.line(style(ReportPage.words(judgement.status())), result.rule().id());
      lines.forEach(line -> output.line("  " + line));
      output.line("");
    }
  }

  private String row(Judgement.Rows rows, Answers.Row row) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < Math.min(rows.shown().size(), row.values().size()); i++) {
      String column = rows.shown().get(i);
      cells.add(column + " = " + checked.privacy().cell(column, row.values().get(i)));
    }
    return (row.index().isPresent() ? "row " + Figures.count(row.index().getAsLong()) + ": " : "")
        + String.join(", ", cells);
  }

  private static String bad(RuleResult result) {
    return result.judgement().measured() instanceof Judgement.Rows rows
        ? Figures.count(rows.unexpected())
        : "";
  }

  private static String share(RuleResult result) {
    return result.judgement().measured() instanceof Judgement.Rows rows
        ? Figures.percent(Figures.share(rows.unexpected(), rows.considered()))
            + mostly(result.rule())
        : "";
  }

  private static String mostly(Rule rule) {
    return rule.mostly() < 1 ? ", max " + Figures.percent(1 - rule.mostly()) : "";
  }

  private static Style style(String status) {
    return switch (status) {
      case "Kept" -> Style.GOOD;
      case "Broken" -> Style.BAD;
      default -> Style.WARNING;
    };
  }

  private static Style style(Verdict verdict) {
    return switch (verdict) {
      case PASSED -> Style.GOOD;
      case FAILED -> Style.BAD;
      case NOT_JUDGED -> Style.WARNING;
    };
  }
}
