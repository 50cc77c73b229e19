package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DriftHistory;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Masking;
import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.dbt.DbtTools;
import dev.weirkeeper.contracts.stream.Contracts;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says in words what a configuration means: what is read and written, what each table bears, who
 * may do what and who may not, and what was not said and so has a default. Connects to nothing.
 */
final class Explanation {
  private final Config config;
  private final Toolbox door;
  private final Domains domains;
  private final List<String> lines = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private Explanation(Config config) {
    this.config = config;
    Optional<Masking> masking =
        config.reads().scope() == Config.Reads.Scope.NONE
            ? Optional.empty()
            : Optional.of(Masking.with(new byte[32]));
    this.door =
        GovernedStream.explained(
            config.settings(masking, new DriftHistory(), event -> {}, List.of(), profiles(config)),
            Clock.systemUTC());
    this.domains = config.governance().domains();
  }

  private static List<GovernedStream.Addition> profiles(Config config) {
    return config.profiling().tables().isEmpty()
        ? List.of()
        : List.of(parts -> List.of(Profiles.shown(config)));
  }

  /** The explanation, line by line. */
  static List<String> of(Config config) {
    Explanation explanation = new Explanation(config);
    explanation.data();
    explanation.tables();
    explanation.judged();
    explanation.callers();
    explanation.entrances();
    explanation.rest();
    return List.copyOf(explanation.lines);
  }

  private void data() {
    say("Pipeline " + config.name() + ", kept in " + config.folder());
    say(
        "  reads   "
            + config.source().system()
            + " at "
            + Redaction.redacted(config.source().url())
            + ", slot wk_"
            + config.source().system().replace('-', '_'));
    say(
        "  writes  "
            + config.target().system()
            + " at "
            + Redaction.redacted(config.target().url())
            + " as wk_rows (rows) and wk_change (typed changes)");
    say(
        config.reads().scope() == Config.Reads.Scope.NONE
            ? "  shows   no rows to agents"
            : "  shows   masked rows of "
                + config.target().system()
                + " to agents, as wk_read; "
                + config.reads().rules().size() / 2
                + " rules of masking, then what names tell");
    if (!config.profiling().tables().isEmpty()) {
      say(
          "  samples values of "
              + String.join(", ", config.profiling().tables())
              + ", up to "
              + config.profiling().rows()
              + " masked rows each "
              + config.profiling().every().toMinutes()
              + " min");
    }
    say("  limit   nobody goes beyond " + Section.shown(config.governance().limit()));
  }

  private void tables() {
    say("");
    say("Tables");
    for (String table : config.source().tables()) {
      Asset asset = new Asset(config.source().system(), table);
      Optional<Domain> owner = domains.ownerOf(asset);
      say("  " + table);
      say("    owner      " + owner.map(this::owned).orElse("nobody: acts cannot be approved"));
      say("    autonomy   " + Section.shown(autonomy(asset, owner)) + meaning(asset, owner));
      say("    tolerance  " + tolerance(config.tolerance(asset)));
      say("    contract   " + contract(table));
    }
  }

  private String owned(Domain domain) {
    if (domain.approvers().isEmpty()) {
      notes.add("Domain " + domain.name() + " has no approvers: nobody can approve an act there");
    }
    return domain.name()
        + ", approved by "
        + (domain.approvers().isEmpty() ? "nobody" : sorted(domain.approvers()))
        + ", acts up to "
        + Section.shown(domain.limit());
  }

  private Autonomy autonomy(Asset asset, Optional<Domain> owner) {
    return Optional.ofNullable(config.governance().autonomies().get(asset))
        .or(() -> owner.map(Domain::autonomy))
        .orElse(config.governance().autonomy());
  }

  private String meaning(Asset asset, Optional<Domain> owner) {
    return switch (autonomy(asset, owner)) {
      case OBSERVE -> ": nothing is planned; rows that do not fit are spooled";
      case PROPOSE -> ": plans wait for a person";
      case HEAL -> ": plans within tolerance are carried out";
    };
  }

  private String tolerance(Tolerance tolerance) {
    StringJoiner said = new StringJoiner(", ");
    said.add("changes up to " + Section.shown(tolerance.apply()));
    tolerance
        .consumers()
        .map(TreeMap::new)
        .orElseGet(TreeMap::new)
        .forEach((consumer, worst) -> said.add(consumer + " up to " + Section.shown(worst)));
    said.add(
        "asks about " + (tolerance.ask().isEmpty() ? "nothing else" : sorted(tolerance.ask())));
    said.add("truncate: " + Section.shown(tolerance.truncate()));
    tolerance
        .rate()
        .ifPresent(
            rate ->
                said.add(
                    "drift of weight "
                        + rate.budget()
                        + " within "
                        + rate.window()
                        + ", else nothing for "
                        + rate.coolDown()));
    tolerance.quiet().orElse(List.of()).forEach(hours -> said.add("nothing unasked on " + hours));
    tolerance.newColumns().ifPresent(shown -> said.add("new columns are " + Section.shown(shown)));
    return said.toString();
  }

  private String contract(String table) {
    Optional<Config.Contracted> contract =
        config.contracts().stream().filter(c -> c.contract().asset().equals(table)).findFirst();
    if (contract.isEmpty()) {
      return "none: rows pass unjudged";
    }
    List<Rule> rules = contract.get().contract().rules();
    Map<String, String> places = places(contract.get().report());
    int blocking = 0;
    for (Rule rule : rules) {
      Optional<String> refusal = Contracts.refusal(rule);
      if (refusal.isPresent()) {
        blocking++;
        notes.add(
            "Contract of "
                + table
                + ": "
                + places.getOrDefault(rule.id(), "rule " + rule.id())
                + " blocks every row ("
                + unsupported(contract.get().report(), rule).orElse(refusal.get())
                + ")");
      }
    }
    return contract.get().contract().id()
        + ", "
        + (rules.size() - blocking)
        + " rules are judged, "
        + blocking
        + " block because they cannot be; "
        + account(contract.get());
  }

  /** Where the document asks for a rule. */
  private static Map<String, String> places(ImportReport report) {
    Map<String, String> places = new HashMap<>();
    report
        .supported()
        .forEach(each -> places.put(each.rule(), each.expectation() + " at " + each.path()));
    report
        .approximated()
        .forEach(each -> places.put(each.rule(), each.expectation() + " at " + each.path()));
    report
        .unsupported()
        .forEach(each -> places.put(each.rule(), each.expectation() + " at " + each.path()));
    return places;
  }

  private static Optional<String> unsupported(ImportReport report, Rule rule) {
    return report.unsupported().stream()
        .filter(each -> each.rule().equals(rule.id()))
        .map(ImportReport.Unsupported::reason)
        .findFirst();
  }

  /** What the reader made of all that the document asks for. */
  private String account(Config.Contracted contracted) {
    ImportReport report = contracted.report();
    for (ImportReport.Approximated each : report.approximated()) {
      notes.add(
          contracted.file().getFileName()
              + ": "
              + each.expectation()
              + " at "
              + each.path()
              + " is judged only nearly ("
              + each.how()
              + ")");
    }
    for (ImportReport.Remark each : report.remarks()) {
      notes.add(
          contracted.file().getFileName()
              + ": "
              + each.expectation()
              + " at "
              + each.path()
              + " is judged by nobody ("
              + each.reason()
              + ")");
    }
    return contracted.file().getFileName()
        + " read as "
        + report.supported().size()
        + " as written, "
        + report.approximated().size()
        + " nearly, "
        + report.unsupported().size()
        + " not supported, "
        + report.remarks().size()
        + " remarks";
  }

  private void judged() {
    if (!config.validation().datasets().isEmpty()) {
      say("");
      say(
          "Data sets that may be validated, as wk_read, "
              + config.validation().timeout().toSeconds()
              + " s a query");
    }
    for (Config.Dataset dataset : config.validation().datasets()) {
      Config.Contracted contracted = dataset.contracted();
      say(
          "  "
              + dataset.name()
              + ": "
              + config.target().system()
              + ":"
              + contracted.contract().asset()
              + " by "
              + contracted.contract().id()
              + ", "
              + contracted.contract().rules().size()
              + " rules; "
              + account(contracted));
      for (ImportReport.Unsupported each : contracted.report().unsupported()) {
        notes.add(
            "Data set "
                + dataset.name()
                + ": "
                + each.expectation()
                + " at "
                + each.path()
                + " is never kept ("
                + each.reason()
                + ")");
      }
    }
    config.dbt().ifPresent(this::dbt);
  }

  private void dbt(Config.Dbt dbt) {
    say("");
    say("dbt");
    say(
        "  dbt:"
            + dbt.name()
            + " in "
            + dbt.project()
            + " by "
            + dbt.executable()
            + dbt.target().map(target -> ", target " + target).orElse(""));
    say(
        "  tests of "
            + String.join(", ", dbt.models())
            + ", "
            + dbt.timeLimit().toSeconds()
            + " s at most");
    say(
        dbt.samples() == Config.Reads.Scope.NONE
            ? "  rows of failing tests are not shown"
            : "  rows of failing tests are shown masked, as wk_read");
    if (dbt.hooks() == DbtTools.Hooks.RUN) {
      notes.add("dbt runs what the project says before and after tests; it may write");
    }
    notes.add("dbt runs the project's own code as the login of its profile: let that only read");
  }

  private void callers() {
    say("");
    say("Who may do what");
    Map<String, Caller> callers = new TreeMap<>();
    for (Grant grant : config.governance().grants()) {
      callers.putIfAbsent(grant.principal(), caller(grant.principal()));
    }
    config.fixedPrincipals().forEach(name -> callers.putIfAbsent(name, caller(name)));
    if (callers.isEmpty()) {
      say("  nobody but the server itself");
    }
    callers.values().forEach(this::caller);
    say("  persons of this machine without a grant may read; agents without one may do nothing");
    say("  tokens' scopes only narrow what their principal is granted");
  }

  private static Caller caller(String principal) {
    return new Caller(
        principal, principal.startsWith(Principals.PERSON) ? Caller.Kind.HOST : Caller.Kind.AGENT);
  }

  private void caller(Caller caller) {
    say(
        "  "
            + caller.principal()
            + " ("
            + caller.kind().name().toLowerCase(java.util.Locale.ROOT)
            + ")");
    List<Grant> grants =
        config.governance().grants().stream()
            .filter(grant -> grant.principal().equals(caller.principal()))
            .toList();
    if (grants.isEmpty()) {
      notes.add(caller.principal() + " has no grant and sees no tool; add one under grants");
    }
    for (Grant grant : grants) {
      say(
          "    granted up to "
              + Section.shown(grant.upTo())
              + (grant.consent() == Grant.Consent.EACH_ACT ? ", each act approved," : "")
              + " with "
              + names(grant.tools())
              + " on "
              + names(grant.assets()));
    }
    Set<String> alone = names(door.specs(caller).stream());
    Set<String> asked = names(door.askable(caller).stream());
    asked.removeAll(alone);
    Set<String> never = names(door.specs().stream());
    never.removeAll(alone);
    never.removeAll(asked);
    say("    by itself         " + sorted(alone));
    say("    with an approval  " + sorted(asked));
    say("    refused           " + refused(never));
    if (!asked.isEmpty() && config.governance().domains().ownerOf(anyTable()).isEmpty()) {
      notes.add(
          caller.principal()
              + " may ask for approvals, but no domain owns "
              + anyTable()
              + ", so nobody can give one");
    }
  }

  private Asset anyTable() {
    return new Asset(config.source().system(), config.source().tables().get(0));
  }

  private String refused(Set<String> names) {
    Set<String> beyond =
        names(
            door.specs().stream()
                .filter(tool -> tool.effect().compareTo(config.governance().limit()) > 0));
    Function<String, String> why = name -> beyond.contains(name) ? "beyond the limit" : "no grant";
    return names.isEmpty()
        ? "–"
        : names.stream()
            .map(name -> name + " (" + why.apply(name) + ")")
            .collect(Collectors.joining(", "));
  }

  private void entrances() {
    say("");
    say("Ways in");
    say("  control.sock  the server's own user and root, as os:…");
    config
        .stdio()
        .ifPresent(name -> say("  stdio         and agent.sock: whoever starts it, as " + name));
    config.http().ifPresent(http -> say("  http          " + http(http)));
    if (config.stdio().isEmpty() && config.http().isEmpty()) {
      say("  none for agents: there is no mcp.stdio and no mcp.http");
    }
  }

  private static String http(Config.Http http) {
    String where =
        http.host()
            + ":"
            + (http.port() == Config.Http.ANY_PORT ? "any port" : http.port())
            + http.path();
    if (http.access() instanceof Config.Access.Tokens tokens) {
      return where
          + ", tokens of "
          + tokens.issuer()
          + " for "
          + tokens.audience()
          + (http.hosts().isEmpty() ? "" : ", hosts " + http.hosts());
    }
    return where
        + ", without tokens, as "
        + ((Config.Access.Loopback) http.access()).principal()
        + ": any program of this machine";
  }

  private void rest() {
    if (!notes.isEmpty()) {
      say("");
      say("Look at");
      notes.stream().distinct().forEach(note -> say("  " + note));
    }
    say("");
    say("Not said, so");
    config.defaults().stream().distinct().forEach(line -> say("  " + line));
  }

  private static Set<String> names(Stream<ToolSpec> tools) {
    return tools.map(ToolSpec::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static String names(Set<NamePattern> patterns) {
    return patterns.stream().map(NamePattern::text).sorted().collect(Collectors.joining(", "));
  }

  private static String sorted(Set<String> words) {
    return words.isEmpty() ? "–" : String.join(", ", new TreeSet<>(words));
  }

  private void say(String line) {
    lines.add(line);
  }
}
