package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.dbt.DbtTools;
import dev.weirkeeper.contracts.read.ContractReaders;
import dev.weirkeeper.contracts.read.Imported;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.Driver;

/**
 * Reads a configuration and finds all that is wrong with it at once. Connects to nothing. Reads the
 * file, the contracts that it names and the variables that it names, and nothing else.
 */
final class ConfigReader {
  private static final long LARGEST = 1L << 20;
  private static final Pattern KEBAB = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** In a part of an address: {@code user:password@}. */
  private static final Pattern USER_INFO = Pattern.compile("//[^/?]*@");

  private static final Pattern PASSWORD = Pattern.compile("(?i)[?&;](ssl)?pass(word)?\\s*=");

  private final Path home;
  private final Function<String, Optional<String>> environment;
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> defaults = new ArrayList<>();

  /** Read before whatever names them. */
  private Consumers consumers = Consumers.of(List.of());

  private ConfigReader(Path home, Function<String, Optional<String>> environment) {
    this.home = home;
    this.environment = environment;
  }

  /**
   * @param environment variables for passwords, the only thing that comes from there
   * @throws ConfigException with everything that is wrong
   * @throws IOException if the file cannot be read
   */
  static Config read(Path file, Function<String, Optional<String>> environment)
      throws IOException, ConfigException {
    if (Files.size(file) > LARGEST) {
      throw new ConfigException(
          List.of(new Problem(0, 0, "a configuration has at most " + LARGEST + " bytes")));
    }
    Path home = file.toAbsolutePath().getParent();
    return read(Files.readString(file), home == null ? Path.of("/") : home, environment);
  }

  /**
   * @param home what relative paths start from
   */
  static Config read(String document, Path home, Function<String, Optional<String>> environment)
      throws ConfigException {
    ConfigReader reader = new ConfigReader(home, environment);
    Section root =
        Section.root(Yaml.read(document, reader.problems), reader.problems, reader.defaults);
    Config config = reader.config(root);
    if (!reader.problems.isEmpty()) {
      throw new ConfigException(reader.problems.stream().sorted().distinct().toList());
    }
    return config;
  }

  private Config config(Section root) {
    String name = kebab(root, "name", "shop");
    Path folder = path(root, "folder", name);
    Config.Source source = source(root.section("source"), root);
    Config.Target target = target(root.section("target"), root);
    if (source.system().equals(target.system())) {
      root.section("target").wrong("system", "is that of the source too; name them apart");
    }
    List<Config.Contracted> contracts = contracts(root, source);
    consumers = ConsumerReader.consumers(root);
    Map<Asset, Tolerance> tolerances = new TreeMap<>();
    Map<Asset, Autonomy> autonomies = new TreeMap<>();
    root.children("tables")
        .forEach((table, of) -> table(table, of, root, source, tolerances, autonomies));
    Optional<Section> mcp = root.optional("mcp");
    Optional<String> stdio = mcp.flatMap(of -> of.optional("stdio")).map(this::stdio);
    Optional<Config.Http> http = mcp.flatMap(of -> of.optional("http")).map(this::http);
    mcp.ifPresent(Section::done);
    List<Grant> operators =
        root.sections("operators").stream().flatMap(of -> operator(of).stream()).toList();
    List<Grant> grants =
        root.sections("grants").stream().flatMap(of -> grant(of).stream()).toList();
    GovernedStream.Governance governance =
        new GovernedStream.Governance(
            Stream.concat(grants.stream(), operators.stream()).toList(),
            domains(root),
            budgets(root),
            root.choice("limit", Effect.WRITE),
            root.choice("autonomy", Autonomy.PROPOSE),
            autonomies);
    Config.Reads reads = reads(root, folder, source, target);
    Config.Profiling profiling =
        root.optional("profile")
            .map(of -> profiling(of, source, reads))
            .orElse(Config.Profiling.NONE);
    Config.Validation validation = validation(root);
    Optional<Config.Dbt> dbt = root.optional("dbt").map(of -> dbt(of, name, reads));
    Section passwords = root.section("target").section("passwords");
    Logins logins = logins(root.section("source"), passwords);
    root.done();
    return new Config(
        name,
        folder,
        source,
        target,
        contracts,
        judges(root, contracts),
        validation,
        dbt,
        tolerances,
        consumers,
        governance,
        operators,
        reads,
        profiling,
        stdio,
        http,
        logins,
        List.copyOf(defaults));
  }

  // ---- data

  private Config.Source source(Section of, Section root) {
    root.has("source");
    Config.Source source =
        new Config.Source(
            system(of, "shop"),
            url(of, "jdbc:postgresql://db.example:5432/shop?user=wk_feed"),
            tables(of, "tables"),
            of.texts("insert-only"),
            of.duration("heartbeat", Duration.ofSeconds(5)),
            of.bytes("wal-budget", GovernedStream.WAL_BUDGET));
    if (source.tables().isEmpty()) {
      of.wrong("tables", "names no table; say for instance tables: [public.orders]");
    }
    for (String table : source.insertOnly()) {
      if (!source.tables().contains(table)) {
        of.wrong("insert-only", "names " + table + ", which is not among the tables");
      }
    }
    of.has("password");
    of.done();
    return source;
  }

  private Config.Target target(Section of, Section root) {
    root.has("target");
    Config.Target target =
        new Config.Target(
            system(of, "warehouse"),
            url(of, "jdbc:postgresql://dw.example:5432/warehouse"),
            of.bytes("spool-budget", GovernedStream.SPOOL_BUDGET));
    of.has("passwords");
    of.done();
    return target;
  }

  private String system(Section of, String example) {
    return kebab(of, "system", example);
  }

  private static String kebab(Section of, String key, String example) {
    String word = of.required(key, example);
    if (!KEBAB.matcher(word).matches()) {
      of.wrong(key, "is a word in kebab-case like " + example + ": it becomes part of names");
      return example;
    }
    return word;
  }

  private static List<String> tables(Section of, String key) {
    List<String> tables = of.texts(key);
    Set<String> seen = new HashSet<>();
    for (String table : tables) {
      if (table.indexOf('.') < 1 || table.endsWith(".")) {
        of.wrong(key, "names tables with their schemas, like public.orders");
      } else if (!seen.add(table)) {
        of.wrong(key, "names " + table + " twice");
      }
    }
    return tables;
  }

  /** Never quotes what stands there: it may hold a password. */
  private static String url(Section of, String example) {
    String url = of.required("url", example);
    if (USER_INFO.matcher(url).find() || PASSWORD.matcher(url).find()) {
      of.wrong(
          "url",
          "holds a password; take it out and use password: ${NAME}, or the driver's password file"
              + " (PGPASSFILE)");
      return example;
    }
    Properties parsed =
        url.startsWith("jdbc:postgresql:") ? Driver.parseURL(url, new Properties()) : null;
    if (parsed == null) {
      of.wrong("url", "is a JDBC address of PostgreSQL, like " + example);
      return example;
    }
    return url;
  }

  private Logins logins(Section source, Section target) {
    Map<PostgresBoundary.Login, String> passwords = new EnumMap<>(PostgresBoundary.Login.class);
    for (PostgresBoundary.Login login :
        List.of(
            PostgresBoundary.Login.ROWS,
            PostgresBoundary.Login.CHANGE,
            PostgresBoundary.Login.READ)) {
      target
          .secret(login.name().toLowerCase(Locale.ROOT), environment)
          .ifPresent(password -> passwords.put(login, password));
    }
    if (target.has("approve")) {
      target.wrong(
          "approve",
          "is not taken: approvals are given by persons, and a host must not be able to");
    }
    target.done();
    return Logins.of(source.secret("password", environment), passwords);
  }

  private void table(
      String table,
      Section of,
      Section root,
      Config.Source source,
      Map<Asset, Tolerance> tolerances,
      Map<Asset, Autonomy> autonomies) {
    if (!source.tables().contains(table)) {
      root.wrong("tables", "speaks of " + table + ", which source.tables does not name");
    }
    Asset asset = new Asset(source.system(), table);
    of.optional("tolerance")
        .ifPresent(drift -> tolerances.put(asset, ToleranceReader.tolerance(drift, consumers)));
    if (of.has("autonomy")) {
      autonomies.put(asset, of.choice("autonomy", Autonomy.PROPOSE));
    }
    of.done();
  }

  private List<Config.Contracted> contracts(Section root, Config.Source source) {
    List<Config.Contracted> contracts = new ArrayList<>();
    for (Section of : root.sections("contracts")) {
      String table = of.required("table", "public.orders");
      if (!source.tables().contains(table)) {
        of.wrong("table", "is not one of source.tables");
      }
      contract(of, table).ifPresent(contracts::add);
      of.done();
    }
    return contracts;
  }

  /** The contract of a table in a file of any form that is known. */
  private Optional<Config.Contracted> contract(Section of, String table) {
    String key = of.has("suite") && !of.has("file") ? "suite" : "file";
    if (key.equals("file") && of.has("suite")) {
      of.wrong("suite", "and file mean the same; leave one of them out");
    }
    Path file = path(of, key, "contracts/orders.yaml");
    Optional<String> named = of.text("contract");
    try {
      Imported imported = ContractReaders.read(file, table);
      return chosen(imported, table, named, of)
          .map(found -> new Config.Contracted(file, found, imported.report()));
    } catch (NoSuchFileException e) {
      of.wrong(key, "names a file that is not there: " + file.getFileName());
    } catch (IOException e) {
      of.wrong(key, "cannot be read: " + e.getClass().getSimpleName());
    } catch (IllegalArgumentException e) {
      of.wrong(key, "is no contract: " + e.getMessage());
    }
    return Optional.empty();
  }

  /** Documents often call a table by its name alone; here it has its schema. */
  private static Optional<Contract> chosen(
      Imported imported, String table, Optional<String> named, Section of) {
    List<String> names =
        named
            .map(List::of)
            .orElseGet(() -> List.of(table, table.substring(table.lastIndexOf('.') + 1)));
    Optional<Contract> found =
        names.stream()
            .flatMap(name -> imported.contracts().stream().filter(c -> c.asset().equals(name)))
            .findFirst();
    if (found.isEmpty()) {
      of.wrong(
          "contract",
          "names one of the tables of the file, since none is called "
              + String.join(" or ", names)
              + ": "
              + imported.contracts().stream().map(Contract::asset).limit(20).toList());
    }
    return found.map(c -> new Contract(c.id(), c.version(), table, c.rules()));
  }

  private Config.Validation validation(Section root) {
    Optional<Section> given = root.optional("validate");
    if (given.isEmpty()) {
      return Config.Validation.none();
    }
    Section of = given.get();
    List<Config.Dataset> datasets = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section data : of.sections("data")) {
      String name = kebab(data, "name", "orders");
      if (!names.add(name)) {
        data.wrong("name", "is that of another data set, too");
      }
      String table = data.required("table", "public.orders");
      if (table.indexOf('.') < 1 || table.endsWith(".")) {
        data.wrong("table", "names a table of the target with its schema, like public.orders");
      }
      contract(data, table).ifPresent(found -> datasets.add(new Config.Dataset(name, found)));
      data.done();
    }
    Duration timeout = of.duration("timeout", Duration.ofMinutes(1));
    if (timeout.isZero()) {
      of.wrong("timeout", "of a query is longer than nothing");
    }
    Limit limit =
        new Limit(
            OptionalLong.of(of.bytes("max-bytes", 100L << 30)),
            of.has("max-rows")
                ? OptionalLong.of(of.number("max-rows", 1, Long.MAX_VALUE, 1))
                : OptionalLong.empty());
    of.done();
    return new Config.Validation(timeout, limit, List.copyOf(datasets));
  }

  private Config.Dbt dbt(Section of, String pipeline, Config.Reads reads) {
    Map<String, String> environment = new TreeMap<>();
    of.optional("environment")
        .ifPresent(
            variables ->
                variables
                    .keys()
                    .forEach(
                        name ->
                            variables
                                .secret(name, this.environment)
                                .ifPresent(value -> environment.put(name, value))));
    String name = of.has("name") ? kebab(of, "name", "shop") : pipeline;
    Path executable = path(of, "executable", "/opt/dbt/bin/dbt");
    Path project = path(of, "project", "dbt");
    Optional<Path> profiles =
        of.has("profiles") ? Optional.of(path(of, "profiles", "dbt")) : Optional.empty();
    Optional<String> target = of.text("target");
    if (target.filter(word -> word.startsWith("-")).isPresent()) {
      of.wrong("target", "is the name of a target, which begins with no hyphen");
    }
    List<String> models = of.texts("models");
    if (models.isEmpty()) {
      of.wrong("models", "names no model whose tests may be run; say for instance models: [stg_*]");
    } else {
      said(of, "models", () -> NamePattern.of(models.toArray(String[]::new)));
    }
    DbtTools.Hooks hooks = of.choice("hooks", DbtTools.Hooks.REFUSED);
    Duration limit = of.duration("time-limit", Duration.ofMinutes(10));
    if (limit.isZero()) {
      of.wrong("time-limit", "is longer than nothing");
    }
    Config.Reads.Scope samples = of.choice("samples", Config.Reads.Scope.NONE);
    if (samples == Config.Reads.Scope.TARGET && reads.scope() == Config.Reads.Scope.NONE) {
      of.wrong("samples", "are rows of the target, of which reads: none shows nothing");
    }
    of.done();
    return new Config.Dbt(
        name,
        executable,
        project,
        profiles,
        target,
        models,
        Map.copyOf(environment),
        hooks,
        limit,
        samples);
  }

  private static Contracts judges(Section root, List<Config.Contracted> contracts) {
    return said(
            root,
            "contracts",
            () -> Contracts.of(contracts.stream().map(Config.Contracted::contract).toList()))
        .orElseGet(Contracts::none);
  }

  // ---- authority

  private Domains domains(Section root) {
    List<Domain> domains = new ArrayList<>();
    root.children("domains")
        .forEach(
            (name, of) -> {
              Domain domain =
                  said(
                          of,
                          "assets",
                          () ->
                              Domain.named(name).owning(of.texts("assets").toArray(String[]::new)))
                      .orElseGet(() -> Domain.named(name));
              if (domain.assets().isEmpty()) {
                of.wrong("assets", "owns nothing; say for instance assets: [\"shop:public.*\"]");
              }
              List<String> approvers = of.texts("approvers");
              for (String approver : approvers) {
                if (!approver.startsWith(Principals.PERSON)) {
                  of.wrong(
                      "approvers",
                      "are persons of this machine, like os:ana, not '" + approver + "'");
                }
              }
              domains.add(
                  domain
                      .approvedBy(approvers.toArray(String[]::new))
                      .upTo(of.choice("limit", Effect.WRITE))
                      .bearing(
                          of.optional("tolerance")
                              .map(drift -> ToleranceReader.tolerance(drift, consumers))
                              .orElse(Tolerance.STANDARD))
                      .autonomy(of.choice("autonomy", Autonomy.PROPOSE))
                      .personsForIrreversible(
                          (int) of.number("persons-for-irreversible", 1, 100, 2)));
              of.done();
            });
    return said(root, "domains", () -> Domains.of(domains.toArray(Domain[]::new)))
        .orElseGet(Domains::none);
  }

  private Optional<Grant> grant(Section of) {
    String principal = of.required("principal", "claude");
    Principals.objection(principal).ifPresent(why -> of.wrong("principal", why));
    return granted(of, principal);
  }

  private Optional<Grant> operator(Section of) {
    String user = of.required("user", "ana");
    return granted(of, Principals.PERSON + user);
  }

  private static Optional<Grant> granted(Section of, String principal) {
    Effect upTo = of.choice("up-to", Effect.READ);
    Optional<Grant> grant =
        said(
            of,
            "tools",
            () ->
                new Grant(
                    new Caller(principal, Caller.Kind.AGENT).principal(),
                    upTo,
                    patterns(of, "tools"),
                    patterns(of, "assets"),
                    of.choice("consent", Grant.Consent.STANDING)));
    of.done();
    return grant;
  }

  private static Set<NamePattern> patterns(Section of, String key) {
    return of.has(key) ? NamePattern.of(of.texts(key).toArray(String[]::new)) : all(of, key);
  }

  private static Set<NamePattern> all(Section of, String key) {
    of.text(key, "*");
    return Set.of(NamePattern.ALL);
  }

  private Budgets budgets(Section root) {
    Section of = root.section("budgets");
    List<Budget> named = new ArrayList<>();
    for (Section budget : of.sections("classes")) {
      String name = budget.required("name", "pauses");
      said(
              budget,
              "name",
              () ->
                  Budget.of(name, budget.texts("tools").toArray(String[]::new))
                      .acts(budget.number("acts", 0, Budget.UNLIMITED, Budget.UNLIMITED))
                      .rows(budget.number("rows", 0, Budget.UNLIMITED, Budget.UNLIMITED))
                      .tables(budget.number("tables", 0, Budget.UNLIMITED, Budget.UNLIMITED))
                      .coolDown(budget.duration("cool-down", Duration.ZERO))
                      .freezeAfter(
                          (int) budget.number("freeze-after", 1, 1000, 2),
                          budget.duration("freeze-within", Duration.ofDays(1))))
          .ifPresent(named::add);
      budget.done();
    }
    Budgets standard = Budgets.STANDARD;
    Budgets budgets =
        said(
                of,
                "classes",
                () ->
                    new Budgets(
                        named,
                        (int) of.number("alarms", 1, 1000, standard.alarms()),
                        of.duration("alarm-window", standard.alarmWindow())))
            .orElse(standard);
    of.done();
    return budgets;
  }

  private Config.Reads reads(
      Section root, Path folder, Config.Source source, Config.Target target) {
    Section of = root.section("masking");
    List<Masking.Rule> rules = new ArrayList<>();
    for (Section rule : of.sections("rules")) {
      String table = rule.required("table", "public.*");
      String column = rule.required("column", "*");
      Mask mask = rule.choice("mask", Mask.REDACT);
      // A value is as private in quarantine, which goes by the source's names, as in the target.
      for (String system : List.of(source.system(), target.system())) {
        rules.add(new Masking.Rule(system + ":" + table, column, mask));
      }
      rule.done();
    }
    Path key =
        of.has("key-file") ? path(of, "key-file", "masking.key") : folder.resolve("masking.key");
    of.done();
    return new Config.Reads(root.choice("reads", Config.Reads.Scope.TARGET), rules, key);
  }

  private static Config.Profiling profiling(Section of, Config.Source source, Config.Reads reads) {
    List<String> tables = tables(of, "tables");
    for (String table : tables) {
      if (!source.tables().contains(table)) {
        of.wrong("tables", "names " + table + ", which is not one of source.tables");
      }
    }
    if (tables.isEmpty()) {
      of.wrong("tables", "names no table; say for instance tables: [public.orders]");
    }
    if (reads.scope() == Config.Reads.Scope.NONE) {
      of.wrong(
          "tables", "are sampled by masked reads of the target, of which reads: none has none");
    }
    Config.Profiling usual = Config.Profiling.NONE;
    Duration every = of.duration("every", usual.every());
    if (every.compareTo(Duration.ofMinutes(1)) < 0) {
      of.wrong("every", "is a minute or more: each sample reads rows of the target");
    }
    int rows = (int) of.number("rows", 200, 100_000, usual.rows());
    of.done();
    return new Config.Profiling(tables, every, rows);
  }

  // ---- clients

  private String stdio(Section of) {
    String principal = of.required("principal", "desktop");
    Principals.objection(principal).ifPresent(why -> of.wrong("principal", why));
    of.done();
    return principal;
  }

  private Config.Http http(Section of) {
    String host = of.text("host", "127.0.0.1");
    int port = (int) of.number("port", 0, 65_535, 8931);
    String path = of.text("path", "/mcp");
    if (!path.startsWith("/") || path.contains("*") || path.length() < 2) {
      of.wrong("path", "is a path like /mcp");
    }
    Config.Access access = access(of, host);
    List<String> hosts = of.texts("hosts");
    List<String> origins = of.texts("origins");
    if (access instanceof Config.Access.Tokens tokens
        && !path.equals(tokens.audience().getPath())) {
      of.wrong("path", "is the path of the audience, by which clients know the server");
    }
    if (access instanceof Config.Access.Loopback) {
      for (String name : hosts) {
        if (!isLoopback(name.replaceFirst(":(\\d+|\\*)$", ""))) {
          of.wrong("hosts", "are names of this machine only where callers have no tokens");
        }
      }
    }
    of.done();
    return new Config.Http(host, port, path, hosts, origins, access);
  }

  private Config.Access access(Section of, String host) {
    Optional<String> open = of.text("unauthenticated");
    Optional<URI> issuer = of.address("issuer");
    Optional<URI> audience = of.address("audience");
    Optional<URI> jwks = of.address("jwks");
    Map<String, Effect> scopes = new LinkedHashMap<>();
    of.optional("scopes")
        .ifPresent(
            names ->
                names.keys().forEach(scope -> scopes.put(scope, names.choice(scope, Effect.READ))));
    if (open.isPresent()) {
      Principals.objection(open.get()).ifPresent(why -> of.wrong("unauthenticated", why));
      if (issuer.isPresent() || audience.isPresent() || jwks.isPresent()) {
        of.wrong("unauthenticated", "and tokens exclude each other; leave one of them out");
      }
      if (!isLoopback(host)) {
        of.wrong(
            "unauthenticated",
            "is for addresses of this machine only: host is not a loopback address, so callers need"
                + " tokens (issuer, audience, jwks)");
      }
      return new Config.Access.Loopback(open.get());
    }
    if (issuer.isEmpty() || audience.isEmpty() || jwks.isEmpty()) {
      of.wrong(
          "issuer",
          "audience and jwks say whose tokens are good, and all three are needed; or say"
              + " unauthenticated: NAME for callers of this machine");
    }
    jwks.filter(address -> !"https".equals(address.getScheme()) && !isLoopback(address.getHost()))
        .ifPresent(address -> of.wrong("jwks", "is read over https, or from this machine"));
    URI none = URI.create("https://none.example");
    return new Config.Access.Tokens(
        issuer.orElse(none), audience.orElse(none), jwks.orElse(none), scopes);
  }

  /** By its form alone: a name that a resolver answers could mean anything tomorrow. */
  private static boolean isLoopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    if (!host.matches("127(\\.\\d{1,3}){3}|\\[?::1]?")) {
      return false;
    }
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  // ---- small things

  private Path path(Section of, String key, String example) {
    try {
      return home.resolve(of.required(key, example)).normalize();
    } catch (InvalidPathException e) {
      of.wrong(key, "is no path: " + e.getReason());
      return home.resolve(example);
    }
  }

  /** What the library itself has against it. */
  static <T> Optional<T> said(Section of, String key, Supplier<T> value) {
    try {
      return Optional.of(value.get());
    } catch (IllegalArgumentException e) {
      of.wrong(key, "is refused: " + e.getMessage());
      return Optional.empty();
    }
  }
}
