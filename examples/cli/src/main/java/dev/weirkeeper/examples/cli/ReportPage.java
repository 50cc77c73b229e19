package dev.weirkeeper.examples.cli;

import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.RuleText;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Writes a check as one HTML page that stands alone: it asks for nothing from anywhere, runs no
 * script, and is read in light and in dark, on paper and by a screen reader. Pure.
 */
final class ReportPage {
  private static final String CLASS = "class";
  private static final String SPAN = "span";
  private static final int MOST_ROWS = 8;
  private static final int WIDTH = 720;
  private static final int HEIGHT = 120;
  private static final int LINE = 22;
  private static final int MOST_LETTERS = 28;

  /** Width of a letter of a label. */
  private static final double GLYPH = 6.8;

  private static final Set<String> SETS =
      Set.of(Rule.IN_SET, Rule.NOT_IN_SET, TableRules.DISTINCT_IN_SET);
  private static final String STYLE = style();

  private final Checked checked;
  private final ContractReport report;
  private final Markup out = new Markup();

  /** Columns whose picture stands beside a rule already. */
  private final Set<String> pictured = new HashSet<>();

  private ReportPage(Checked checked) {
    this.checked = checked;
    this.report = checked.report();
  }

  static String of(Checked checked) {
    return new ReportPage(checked).write();
  }

  private static String style() {
    try (InputStream css = ReportPage.class.getResourceAsStream("report.css")) {
      if (css == null) {
        throw new IllegalStateException("The jar lacks report.css; build it anew");
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The jar cannot be read", e);
    }
  }

  private String write() {
    String title = checked.verdict().words() + ": " + report.contract().asset();
    out.raw("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>");
    out.single("meta", "charset", "utf-8").line();
    out.single(
            "meta",
            "http-equiv",
            "Content-Security-Policy",
            "content",
            "default-src 'none'; style-src 'unsafe-inline'")
        .line();
    out.single("meta", "name", "viewport", "content", "width=device-width, initial-scale=1").line();
    out.single("meta", "name", "robots", "content", "noindex").line();
    out.element("title", title).line();
    out.raw("<style>\n").raw(STYLE).raw("</style>\n</head>\n<body>\n");
    header();
    out.open("main").line();
    rules();
    circumstances();
    out.close("main").line();
    out.element(
        "footer",
        checked.privacy().shows()
            ? "Values of the data are shown on this page: whoever sees it sees them."
            : "Values are masked: letters are written as a and A, digits as 9. Columns whose names"
                + " sound sensitive are not shown at all.");
    return out.raw("\n</body>\n</html>\n").toString();
  }

  private void header() {
    List<RuleResult> results = report.results();
    long passed = with(Judgement.Status.PASSED);
    long failed = with(Judgement.Status.FAILED);
    long unjudged = results.size() - passed - failed;
    out.open("header").line();
    out.element(SPAN, checked.verdict().words(), CLASS, "chip verdict " + tone(checked.verdict()));
    out.element("h1", report.contract().asset());
    out.element("p", summary(passed, failed, unjudged), CLASS, "soft").line();
    out.open("dl", CLASS, "figures");
    figure("Rules", Figures.count(results.size()));
    figure("Kept", Figures.count(passed));
    figure("Broken", Figures.count(failed));
    if (unjudged > 0) {
      figure("Not judged", Figures.count(unjudged));
    }
    rows().ifPresent(rows -> figure("Rows", Figures.count(rows)));
    out.close("dl").line();
    out.open(
        "div",
        CLASS,
        "outcomes",
        "role",
        "img",
        "aria-label",
        passed + " rules kept, " + failed + " broken, " + unjudged + " not judged");
    outcome("warn", unjudged);
    outcome("bad", failed);
    outcome("good", passed);
    out.close("div").close("header").line();
  }

  private long with(Judgement.Status status) {
    return report.results().stream()
        .filter(result -> result.judgement().status() == status)
        .count();
  }

  /** As counted by a rule that is about all of them. */
  private OptionalLong rows() {
    return report.results().stream()
        .filter(result -> result.rule().condition().isEmpty())
        .map(result -> result.judgement().measured())
        .filter(Judgement.Rows.class::isInstance)
        .mapToLong(measured -> ((Judgement.Rows) measured).elements())
        .max();
  }

  private static String summary(long passed, long failed, long unjudged) {
    if (passed + failed + unjudged == 0) {
      return "There are no rules, and a contract without rules lets nothing pass.";
    }
    if (failed + unjudged == 0) {
      return passed == 1 ? "The only rule is kept." : "All rules are kept.";
    }
    return (failed == 0
            ? "No rule is broken"
            : Figures.count(failed, "rule is broken", "rules are broken"))
        + (unjudged == 0
            ? "."
            : ", and " + Figures.count(unjudged, "could", "could") + " not be judged.");
  }

  private void figure(String label, String number) {
    out.open("div").element("dt", label).element("dd", number).close("div");
  }

  private void outcome(String tone, long count) {
    if (count > 0) {
      out.open(SPAN, CLASS, tone, "style", "flex: " + count).close(SPAN);
    }
  }

  private void rules() {
    List<RuleResult> all = Verdict.worstFirst(report);
    List<RuleResult> broken = all.stream().filter(result -> !result.passed()).toList();
    List<RuleResult> kept = all.stream().filter(RuleResult::passed).toList();
    if (!broken.isEmpty()) {
      out.open("section", "aria-labelledby", "broken").line();
      out.element("h2", "What needs a look", "id", "broken").line();
      broken.forEach(this::broken);
      out.close("section").line();
    }
    if (!kept.isEmpty()) {
      out.open("section", "aria-labelledby", "kept").line();
      out.element("h2", "What is kept", "id", "kept").line();
      out.open("div", CLASS, "wide").open("table").open("thead").open("tr");
      out.element("th", "Rule", "scope", "col").element("th", "Bad rows", "scope", "col");
      out.element("th", "Severity", "scope", "col").close("tr").close("thead").open("tbody").line();
      kept.forEach(this::kept);
      out.close("tbody").close("table").close("div").close("section").line();
    }
  }

  private void sentence(Rule rule) {
    for (RuleText.Piece piece : RuleText.of(rule).pieces()) {
      if (piece.sort() == RuleText.Sort.QUOTED) {
        out.element("code", piece.text());
      } else {
        out.text(piece.text());
      }
    }
  }

  private void kept(RuleResult result) {
    out.open("tr").open("td", CLASS, "kept");
    sentence(result.rule());
    out.close("td").open("td", CLASS, "kept");
    if (result.judgement().measured() instanceof Judgement.Rows rows) {
      out.text(rows.unexpected() == 0 ? "none of " + Figures.count(rows.considered()) : bad(rows));
    } else {
      out.text("\u2013");
    }
    out.close("td").element("td", words(result.rule().severity()), CLASS, "kept soft").close("tr");
    out.line();
  }

  private static String bad(Judgement.Rows rows) {
    return Figures.count(rows.unexpected())
        + " of "
        + Figures.count(rows.considered())
        + " ("
        + Figures.percent(Figures.share(rows.unexpected(), rows.considered()))
        + ")";
  }

  private void broken(RuleResult result) {
    Rule rule = result.rule();
    Judgement judgement = result.judgement();
    out.open("article").line();
    out.element(SPAN, words(judgement.status()), CLASS, "chip " + tone(judgement.status()));
    out.element(SPAN, words(rule.severity()), CLASS, "chip");
    out.element(SPAN, rule.id(), CLASS, "soft small");
    out.open("h3");
    sentence(rule);
    out.close("h3").line();
    Checked.reason(result).ifPresent(reason -> out.element("p", reason, CLASS, "soft small"));
    if (judgement.measured() instanceof Judgement.Rows rows) {
      counts(rule, rows);
      sample(rows);
    } else if (judgement.measured() instanceof Judgement.Observed observed) {
      observed
          .value()
          .ifPresent(
              value ->
                  out.open("p")
                      .text("Found: ")
                      .element("code", checked.privacy().observed(rule, value))
                      .close("p"));
    }
    for (Distribution distribution : checked.distributions()) {
      if (judgement.status() == Judgement.Status.FAILED
          && rule.columns().contains(distribution.column())
          && pictured.add(distribution.column())) {
        picture(distribution);
      }
    }
    out.close("article").line();
  }

  private void counts(Rule rule, Judgement.Rows rows) {
    double share = Figures.share(rows.unexpected(), rows.considered());
    out.open("p").open("strong").text(bad(rows)).close("strong").text(" rows are bad");
    if (rule.mostly() < 1) {
      out.text("; at most " + Figures.percent(1 - rule.mostly()) + " may be");
    }
    out.text(".").close("p");
    out.open("div", CLASS, "share", "aria-hidden", "true")
        .open(
            SPAN, "style", String.format(Locale.ROOT, "width: %.3f%%", Math.min(100, share * 100)))
        .close(SPAN)
        .close("div")
        .line();
  }

  private void sample(Judgement.Rows rows) {
    if (rows.sample().isEmpty() || rows.shown().isEmpty()) {
      return;
    }
    boolean numbered = rows.sample().stream().anyMatch(row -> row.index().isPresent());
    out.element("h4", "Bad rows").open("div", CLASS, "wide").open("table").open("thead");
    out.open("tr");
    if (numbered) {
      out.element("th", "Row", "scope", "col");
    }
    rows.shown().forEach(column -> out.element("th", column, "scope", "col"));
    out.close("tr").close("thead").open("tbody").line();
    for (Answers.Row row : rows.sample().subList(0, Math.min(MOST_ROWS, rows.sample().size()))) {
      out.open("tr");
      if (numbered) {
        out.element(
            "td",
            row.index().isPresent() ? Figures.count(row.index().getAsLong()) : "",
            CLASS,
            "soft");
      }
      for (int i = 0; i < Math.min(rows.shown().size(), row.values().size()); i++) {
        String cell = checked.privacy().cell(rows.shown().get(i), row.values().get(i));
        if (row.values().get(i).isEmpty()) {
          out.element("td", cell, CLASS, "null");
        } else {
          out.element("td", cell);
        }
      }
      out.close("tr").line();
    }
    out.close("tbody").close("table").close("div").line();
    if (rows.unexpected() > MOST_ROWS) {
      out.element(
          "p",
          "The first " + MOST_ROWS + " of " + Figures.count(rows.unexpected()) + ".",
          CLASS,
          "soft small");
    }
  }

  private void picture(Distribution distribution) {
    String column = distribution.column();
    out.open("figure").open("figcaption").text("How ").element("code", column);
    out.text(
        distribution.sort() == Distribution.Sort.BINS
            ? " is spread"
            : " is spread: its most common values");
    if (distribution.missing() > 0) {
      out.text("; " + Figures.count(distribution.missing(), "row has", "rows have") + " none");
    }
    if (distribution.bars().stream().anyMatch(bar -> bar.bad() > 0)) {
      out.text(". Rows that broke a rule are red");
    }
    out.text(".").close("figcaption").line();
    if (distribution.sort() == Distribution.Sort.BINS) {
      histogram(distribution);
    } else {
      values(distribution);
    }
    out.close("figure").line();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private void histogram(Distribution distribution) {
    boolean hidden = checked.privacy().hides(distribution.column());
    List<Distribution.Bar> bars = distribution.bars();
    svg(distribution, HEIGHT + 2);
    double slot = (double) WIDTH / bars.size();
    double width = Math.max(1, slot - 2);
    double scale = (double) (HEIGHT - 6) / Math.max(1, distribution.most());
    for (int i = 0; i < bars.size(); i++) {
      Distribution.Bar bar = bars.get(i);
      if (bar.all() > 0) {
        double left = i * slot + 1;
        out.open("g");
        out.element("title", (hidden ? "" : bar.label() + ": ") + told(bar));
        double all = Math.max(1.5, bar.all() * scale);
        double bad = bar.bad() == 0 ? 0 : Math.max(1.5, bar.bad() * scale);
        rect("all", left, HEIGHT - all, width, all);
        if (bad > 0) {
          rect("broke", left, HEIGHT - bad, width, bad);
        }
        out.close("g").line();
      }
    }
    out.single(
        "line",
        CLASS,
        "axis",
        "x1",
        "0",
        "x2",
        String.valueOf(WIDTH),
        "y1",
        String.valueOf(HEIGHT),
        "y2",
        String.valueOf(HEIGHT));
    out.close("svg").line();
    if (!hidden) {
      out.open("div", CLASS, "edges soft small");
      out.element(SPAN, first(bars.get(0).label()));
      out.element(SPAN, last(bars.get(bars.size() - 1).label()));
      out.close("div").line();
    }
  }

  private static String first(String label) {
    int to = label.indexOf(" to ");
    return to < 0 ? label : label.substring(0, to);
  }

  private static String last(String label) {
    int to = label.indexOf(" to ");
    return to < 0 ? label : label.substring(to + 4);
  }

  private void values(Distribution distribution) {
    List<Distribution.Bar> bars = distribution.bars();
    Set<String> known = said(distribution.column());
    svg(distribution, bars.size() * LINE);
    List<String> labels = bars.stream().map(bar -> label(distribution, bar, known)).toList();
    double left = 10 + GLYPH * labels.stream().mapToInt(Table::columns).max().orElse(0);
    double scale = (WIDTH - left - 110) / Math.max(1, distribution.most());
    for (int i = 0; i < bars.size(); i++) {
      Distribution.Bar bar = bars.get(i);
      int top = i * LINE;
      out.open("g").element("title", told(bar));
      label(left - 10, top + 14, "end", labels.get(i));
      double all = Math.max(1.5, bar.all() * scale);
      rect("all", left, top + 4, all, LINE - 9);
      if (bar.bad() > 0) {
        rect("broke", left, top + 4, Math.max(1.5, bar.bad() * scale), LINE - 9);
      }
      label(left + all + 8, top + 14, "start", Figures.count(bar.all()));
      out.close("g").line();
    }
    out.close("svg").line();
  }

  private String label(Distribution distribution, Distribution.Bar bar, Set<String> known) {
    String column = distribution.column();
    String shown =
        known.contains(bar.label()) && !checked.privacy().hides(column)
            ? bar.label()
            : checked.privacy().cell(column, Optional.of(bar.label()));
    return Table.cut(Visible.line(shown), MOST_LETTERS);
  }

  /** Values that the contract names itself, so that they need no mask. */
  private Set<String> said(String column) {
    Set<String> values = new HashSet<>();
    for (Rule rule : report.contract().rules()) {
      if (SETS.contains(rule.kind()) && rule.columns().equals(List.of(column))) {
        members(rule)
            .forEach(
                member ->
                    values.add(
                        member instanceof Literal.Text text ? text.value() : RuleText.of(member)));
      }
    }
    return values;
  }

  private static List<Literal> members(Rule rule) {
    try {
      return rule.terms().as(Terms.Members.class).members().orElse(List.of());
    } catch (IllegalArgumentException e) {
      // Other terms than those of its kind: the rule is an error, and names nothing.
      return List.of();
    }
  }

  private static String told(Distribution.Bar bar) {
    return Figures.count(bar.all(), "row", "rows")
        + (bar.bad() == 0 ? "" : ", " + Figures.count(bar.bad()) + " bad");
  }

  private void svg(Distribution distribution, int height) {
    long bad = distribution.bars().stream().mapToLong(Distribution.Bar::bad).sum();
    long all = distribution.bars().stream().mapToLong(Distribution.Bar::all).sum();
    out.open(
            "svg",
            "xmlns",
            "http://www.w3.org/2000/svg",
            "viewBox",
            "0 0 " + WIDTH + " " + height,
            "role",
            "img",
            "aria-label",
            "Distribution of "
                + distribution.column()
                + ": "
                + Figures.count(all, "row", "rows")
                + " in "
                + Figures.count(distribution.bars().size(), "bar", "bars")
                + ", of which "
                + Figures.count(bad)
                + " broke a rule")
        .line();
  }

  private void rect(String look, double left, double top, double width, double height) {
    out.single(
        "rect",
        CLASS,
        look,
        "x",
        number(left),
        "y",
        number(top),
        "width",
        number(width),
        "height",
        number(height),
        "rx",
        "2");
  }

  private void label(double x, double y, String anchor, String text) {
    out.element("text", text, "x", number(x), "y", number(y), "text-anchor", anchor);
  }

  private void circumstances() {
    ImportReport account = checked.account();
    out.open("section", "aria-labelledby", "how").line();
    out.element("h2", "How it was judged", "id", "how").line();
    out.open("dl", CLASS, "facts");
    fact("Contract", report.contract().id() + ", version " + report.contract().version());
    fact("Read from", checked.source());
    code("Contract digest", report.contract().digest().toString());
    fact("Data", report.dataset().asset().name());
    code("State of the data", report.dataset().version());
    fact("Engine", report.engine());
    fact("Mode", report.options().mode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    fact("Coverage", coverage(account));
    out.close("dl").line();
    if (!account.unsupported().isEmpty()) {
      out.open("details", "open", "open").element("summary", "What is not judged").open("ul");
      account.unsupported().forEach(item -> item(item.expectation(), item.path(), item.reason()));
      out.close("ul").close("details").line();
    }
    if (!account.approximated().isEmpty()) {
      out.open("details").element("summary", "What is judged, but not quite as it is written");
      out.open("ul");
      account.approximated().forEach(item -> item(item.expectation(), item.path(), item.how()));
      out.close("ul").close("details").line();
    }
    if (!account.remarks().isEmpty()) {
      out.open("details").element("summary", "What is said, but is no rule").open("ul");
      account.remarks().forEach(item -> item(item.expectation(), item.path(), item.reason()));
      out.close("ul").close("details").line();
    }
    out.close("section").line();
  }

  static String coverage(ImportReport account) {
    int judged = account.supported().size() + account.approximated().size();
    return Figures.percent(account.coverage())
        + " ("
        + Figures.count(judged)
        + " of "
        + Figures.count(account.total())
        + (account.approximated().isEmpty()
            ? ""
            : ", " + Figures.count(account.approximated().size()) + " of them approximated")
        + ")";
  }

  private void item(String expectation, String path, String why) {
    out.open("li").element("code", expectation).text(" ").element(SPAN, path, CLASS, "soft small");
    out.text(": " + why).close("li").line();
  }

  private void fact(String label, String text) {
    out.element("dt", label).element("dd", text).line();
  }

  private void code(String label, String text) {
    out.element("dt", label).open("dd").element("code", text).close("dd").line();
  }

  private static String tone(Verdict verdict) {
    return switch (verdict) {
      case PASSED -> "good";
      case FAILED -> "bad";
      case NOT_JUDGED -> "warn";
    };
  }

  private static String tone(Judgement.Status status) {
    return switch (status) {
      case PASSED -> "good";
      case FAILED -> "bad";
      case ERROR, UNSUPPORTED -> "warn";
    };
  }

  static String words(Judgement.Status status) {
    return switch (status) {
      case PASSED -> "Kept";
      case FAILED -> "Broken";
      case ERROR -> "Error";
      case UNSUPPORTED -> "Unsupported";
    };
  }

  private static String words(Rule.Severity severity) {
    String name = severity.name();
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }
}
