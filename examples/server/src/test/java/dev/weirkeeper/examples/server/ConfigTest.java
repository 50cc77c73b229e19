package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Effect;
import dev.weirkeeper.QuietHours;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.dbt.DbtTools;
import dev.weirkeeper.drift.taxonomy.Consumer;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a configuration may say, and what is said of one that is wrong. */
class ConfigTest {
  static final String GOOD =
      """
      name: shop
      folder: state
      source:
        system: shop
        url: jdbc:postgresql://db.example/shop?user=wk_feed
        password: ${SHOP_PASSWORD}
        tables: [public.orders, public.lines]
        insert-only: [public.lines]
        heartbeat: 500ms
        wal-budget: 2GiB
      target:
        system: warehouse
        url: jdbc:postgresql://dw.example/warehouse
        passwords: {rows: "${ROWS}"}
      contracts:
        - {table: public.orders, suite: orders.json}
      validate:
        timeout: 30s
        max-rows: 1000000
        data:
          - {name: gold-orders, table: gold.orders, file: orders.json}
      dbt:
        executable: /opt/dbt/bin/dbt
        project: dbt
        target: prod
        models: ["stg_*"]
        environment: {DBT_PASSWORD: "${DBT}"}
        time-limit: 5m
        samples: target
      autonomy: propose
      consumers:
        lake: {dialect: iceberg-v2, system: files}
        orders-value: {dialect: avro, mode: full}
      tables:
        public.orders:
          autonomy: heal
          tolerance: {apply: additive, ask: [column.], truncate: apply}
      domains:
        sales:
          assets: ["shop:public.*", "warehouse:public.*"]
          approvers: ["os:ana", "os:ben"]
          limit: write
          tolerance:
            consumers: {lake: additive}
            rate: {budget: 12, window: 6h, cool-down: 1h, weights: {lossy: 9}}
            quiet-hours:
              - {zone: Europe/Berlin, days: [saturday, sunday], from: "00:00", to: "00:00"}
            new-columns: masked
          persons-for-irreversible: 1
      grants:
        - {principal: claude, up-to: write, tools: [table_*, plan_apply], assets: ["shop:public.orders"], consent: each-act}
      operators:
        - {user: ana, up-to: write}
      budgets:
        alarms: 5
        classes:
          - {name: pauses, tools: [table_pause], acts: 10, cool-down: 5m}
      masking:
        rules:
          - {table: "public.*", column: note, mask: hash}
      profile: {tables: [public.orders], every: 30m}
      mcp:
        stdio: {principal: claude}
        http: {port: 8931, unauthenticated: inspector}
      """;

  private static final Map<String, String> VARIABLES =
      Map.of(
          "SHOP_PASSWORD", "s3cret-of-the-shop", "ROWS", "s3cret-of-rows", "DBT", "s3cret-of-dbt");

  @TempDir Path home;

  @BeforeEach
  void suite() throws IOException {
    Files.writeString(
        home.resolve("orders.json"),
        """
        {"name": "orders", "expectations": [
          {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "customer"}},
          {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "id", "min_value": 1}}]}
        """);
  }

  private Config read(String document) throws ConfigException {
    return ConfigReader.read(document, home, name -> Optional.ofNullable(VARIABLES.get(name)));
  }

  private List<String> problems(String document) {
    ConfigException refused = catchThrowableOfType(ConfigException.class, () -> read(document));
    assertThat(refused).as("a configuration that should be refused").isNotNull();
    return refused.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void all_that_can_be_said_is_understood() throws Exception {
    Config config = read(GOOD);

    assertThat(config.folder()).isEqualTo(home.resolve("state"));
    assertThat(config.source().heartbeat()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.source().walBudget()).isEqualTo(2L << 30);
    assertThat(config.source().insertOnly()).containsExactly("public.lines");
    Asset orders = new Asset("shop", "public.orders");
    assertThat(config.tolerances().get(orders).apply()).isEqualTo(Verdict.ADDITIVE);
    assertThat(config.tolerances().get(orders).truncate()).isEqualTo(Tolerance.Truncation.APPLY);
    assertThat(config.tolerance(orders)).isEqualTo(config.tolerances().get(orders));
    Tolerance lines = config.tolerance(new Asset("shop", "public.lines"));
    assertThat(lines.consumers()).contains(Map.of("lake", Verdict.ADDITIVE));
    assertThat(lines.rate().orElseThrow().weight(Verdict.LOSSY)).isEqualTo(9);
    assertThat(lines.rate().orElseThrow().coolDown()).isEqualTo(Duration.ofHours(1));
    assertThat(lines.quiet().orElseThrow())
        .containsExactly(
            QuietHours.of(
                ZoneId.of("Europe/Berlin"),
                LocalTime.MIDNIGHT,
                LocalTime.MIDNIGHT,
                DayOfWeek.SATURDAY,
                DayOfWeek.SUNDAY));
    assertThat(config.consumers().registered())
        .extracting(Consumer::id)
        .containsExactly("lake", "orders-value");
    assertThat(config.hidesNewColumns()).isTrue();
    assertThat(config.governance().autonomies()).containsEntry(orders, Autonomy.HEAL);
    assertThat(config.governance().autonomy()).isEqualTo(Autonomy.PROPOSE);
    assertThat(config.governance().limit()).isEqualTo(Effect.WRITE);
    assertThat(config.governance().grants())
        .extracting(dev.weirkeeper.Grant::principal)
        .containsExactly("claude", "os:ana");
    assertThat(config.governance().domains().ownerOf(orders).orElseThrow().approvers())
        .containsExactlyInAnyOrder("os:ana", "os:ben");
    assertThat(config.governance().budgets().alarms()).isEqualTo(5);
    assertThat(config.reads().rules()).hasSize(2);
    assertThat(config.fixedPrincipals()).containsExactly("claude", "inspector");
    assertThat(config.http().orElseThrow().host()).isEqualTo("127.0.0.1");
    assertThat(config.logins().source()).containsEntry("password", "s3cret-of-the-shop");
    assertThat(
            ((PGSimpleDataSource)
                    config.logins().target(PostgresBoundary.Login.ROWS, config.target().url()))
                .getPassword())
        .isEqualTo("s3cret-of-rows");
    assertThat(config.contracts().get(0).report().supported()).hasSize(2);
    assertThat(config.validation().timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.validation().limit().maxRows()).hasValue(1_000_000);
    assertThat(config.validation().limit().maxBytes()).hasValue(100L << 30);
    assertThat(config.validation().datasets().get(0).name()).isEqualTo("gold-orders");
    assertThat(config.validation().datasets().get(0).contracted().contract().asset())
        .isEqualTo("gold.orders");
    Config.Dbt dbt = config.dbt().orElseThrow();
    assertThat(dbt.name()).isEqualTo("shop");
    assertThat(dbt.executable()).isEqualTo(Path.of("/opt/dbt/bin/dbt"));
    assertThat(dbt.project()).isEqualTo(home.resolve("dbt"));
    assertThat(dbt.models()).containsExactly("stg_*");
    assertThat(dbt.environment()).containsEntry("DBT_PASSWORD", "s3cret-of-dbt");
    assertThat(dbt.hooks()).isEqualTo(DbtTools.Hooks.REFUSED);
    assertThat(dbt.samples()).isEqualTo(Config.Reads.Scope.TARGET);
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void what_is_not_said_has_the_safe_default() throws Exception {
    Config config =
        read(
            """
            name: shop
            folder: state
            source: {system: shop, url: "jdbc:postgresql:shop", tables: [public.orders]}
            target: {system: warehouse, url: "jdbc:postgresql:warehouse"}
            """);

    assertThat(config.governance().grants()).isEmpty();
    assertThat(config.governance().autonomy()).isEqualTo(Autonomy.PROPOSE);
    assertThat(config.stdio()).isEmpty();
    assertThat(config.http()).isEmpty();
    assertThat(config.validation().datasets()).isEmpty();
    assertThat(config.dbt()).isEmpty();
    assertThat(config.defaults())
        .contains("autonomy: propose", "limit: write", "source.wal-budget: 10GiB", "reads: target");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: shop        | name: Shop of Ana    | 1:7: name is a word in kebab-case
          folder: state     | folders: state       | 2:1: there is no 'folders'; did you mean folder?
          folder: state     | name: again          | 2:1: 'name' stands already in line 1
          heartbeat: 500ms  | heartbeat: soon      | source.heartbeat is a duration like
          wal-budget: 2GiB  | wal-budget: lots     | source.wal-budget is a size like
          truncate: apply   | truncate: maybe      | tables.public.orders.tolerance.truncate is one of pause, apply, not 'maybe'
          apply: additive   | apply: breaking      | would let every change through
          ask: [column.]    | ask: [column.rename] | in a dot; 'column.rename' is none
          ask: [column.]    | ask: [colum.]        | in a dot; 'colum.' is none
          autonomy: propose | autonomy: [heal]     | autonomy is one value
          suite: orders     | suite: missing       | contracts[0].suite names a file that is not there
          - {table: public.orders, | - {table: public.x, | contracts[0].table is not one of source.tables
          principal: claude, up-to | principal: pipeline, up-to | cannot be that of an agent
          principal: claude, up-to | principal: 'os:ana', up-to | cannot be that of an agent
          up-to: write, tools | up-to: all, tools  | grants[0].up-to is one of read, write, destructive
          "os:ben"          | ben                  | are persons of this machine, like os:ana
          system: warehouse | system: shop         | is that of the source too
          rows: "${ROWS}"   | rows: "${NOT_SET}"   | needs the variable NOT_SET, which is not set
          rows: "${ROWS}"   | approve: "${ROWS}"   | approvals are given by persons
          port: 8931        | port: 99999          | mcp.http.port is a whole number from 0 to 65535
          port: 8931        | host: 0.0.0.0        | is for addresses of this machine only
          port: 8931        | host: localhost.attacker.example | is for addresses of this machine only
          port: 8931        | issuer: https://id.example | exclude each other
          unauthenticated: inspector | issuer: https://id.example | all three are needed
          insert-only: [public.lines] | insert-only: [public.z] | which is not among the tables
          tables: [public.orders, public.lines] | tables: [orders, public.lines] | with their schemas
          name: shop        | name: *a             | anchors and aliases are not read
          name: shop        | name: ${HOME}        | takes no variable
          classes:          | class:               | there is no 'budgets.class'; did you mean classes?
          acts: 10          | acts: -1             | is a whole number from 0
          suite: orders.json} | suite: orders.json, file: orders.json} | and file mean the same
          suite: orders.json} | file: orders.json, contract: lines} | since none is called lines
          name: gold-orders | name: Gold Orders    | validate.data[0].name is a word in kebab-case
          table: gold.orders | table: orders       | a table of the target with its schema
          table: gold.orders, file | table: gold.orders, flie | validate.data[0].file is missing
          timeout: 30s      | timeout: 0s          | of a query is longer than nothing
          max-rows: 1000000 | max-rows: 0          | validate.max-rows is a whole number from 1
          target: prod      | target: --help       | which begins with no hyphen
          models: ["stg_*"] | models: []           | names no model whose tests may be run
          samples: target   | samples: all         | dbt.samples is one of none, target
          samples: target   | hooks: yes           | dbt.hooks is one of refused, run
          autonomy: propose | reads: none          | of which reads: none shows nothing
          executable: /opt  | exec: /opt           | dbt.executable is missing
          dialect: iceberg-v2 | dialect: paper     | the table of targets does not know paper
          mode: full        | mode: half           | consumers.orders-value.mode is one of
          orders-value: {   | Orders: {            | The id of a consumer begins with
          lake: additive    | lace: additive       | consumers.lace is no consumer
          lake: additive    | lake: worst          | domains.sales.tolerance.consumers.lake is one of
          lake: additive    | Lake: additive       | The id of a consumer begins with
          budget: 12        | budget: -1           | domains.sales.tolerance.rate.budget is a whole number
          window: 6h        | window: 30d          | at most 7 days
          cool-down: 1h     | cool-down: 0s        | is longer than nothing
          lossy: 9          | lossy: 1             | do not fall as verdicts get worse
          lossy: 9          | lost: 9              | weights.lost'; did you mean lossy?
          zone: Europe/Berlin, days | zone: Mars/Base, days | is a region like Europe/Berlin
          zone: Europe/Berlin, days | days         | quiet-hours[0].zone is missing
          days: [saturday   | days: [caturday      | are days of the week
          from: "00:00"     | from: "24:00"        | begin and end at times of day
          new-columns: masked | new-columns: hidden | tolerance.new-columns is one of shown, masked
          DBT_PASSWORD: "${DBT}" | DBT_PASSWORD: "${NOT_SET}" | needs the variable NOT_SET
          tables: [public.orders], every | tables: [public.x], every | names public.x, which is not one of source.tables
          tables: [public.orders], every | tables: [], every | profile.tables names no table
          every: 30m        | every: 1s            | profile.every is a minute or more
          every: 30m        | rows: 10             | profile.rows is a whole number from 200
          autonomy: propose | reads: none          | are sampled by masked reads of the target
          """)
  void a_mistake_is_named_with_its_place(String right, String wrong, String said) {
    assertThat(GOOD).contains(right);

    assertThat(problems(GOOD.replace(right, wrong)))
        .anySatisfy(problem -> assertThat(problem).contains(said).matches("(?s)\\d+:\\d+: .*"));
  }

  static Stream<Arguments> documents() {
    return Stream.of(
        Arguments.of(
            "suite.json",
            """
            {"name": "s", "expectations": [
              {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id"}}]}
            """),
        Arguments.of(
            "odcs.yaml",
            """
            apiVersion: v3.0.2
            kind: DataContract
            id: shop
            version: 1.0.0
            status: active
            schema:
              - name: customers
                properties: [{name: id, logicalType: integer, required: true}]
              - name: orders
                properties: [{name: id, logicalType: integer, required: true}]
            """),
        Arguments.of(
            "schema.yml",
            """
            version: 2
            models:
              - name: orders
                columns: [{name: id, data_tests: [not_null]}]
            """),
        Arguments.of(
            "schema.json",
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
              "required": ["id"], "properties": {"id": {"type": "integer"}}}
            """),
        Arguments.of(
            "own.yaml",
            """
            weirkeeper: 1
            contract: shop
            version: "3"
            table: public.orders
            rules: [{not-null: id}]
            """));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void a_contract_may_have_any_form_that_is_known(String name, String document) throws Exception {
    Files.writeString(home.resolve(name), document);

    Config config = read(GOOD.replace("suite: orders.json", "file: " + name));

    Contract contract = config.contracts().get(0).contract();
    assertThat(contract.asset()).as("as the source calls it").isEqualTo("public.orders");
    assertThat(contract.rules()).extracting(Rule::kind).contains(Rule.NOT_NULL);
    assertThat(config.judges().all()).containsExactly(contract);
    assertThat(config.contracts().get(0).report().supported()).isNotEmpty();
  }

  @Test
  void what_is_no_contract_is_named_with_its_line() throws Exception {
    Files.writeString(home.resolve("orders.json"), "weirkeeper: 1\ntable: [");

    assertThat(problems(GOOD))
        .anySatisfy(problem -> assertThat(problem).contains("is no contract: orders.json", "line"));
  }

  @Test
  void all_mistakes_are_said_at_once_in_their_order() {
    assertThat(
            problems(
                GOOD.replace("heartbeat: 500ms", "heartbeat: soon")
                    .replace("folder: state", "folder: state\nlimits: write")
                    .replace("truncate: apply", "truncate: maybe")))
        .hasSize(3)
        .satisfies(
            all -> {
              assertThat(all.get(0)).startsWith("3:1: there is no 'limits'");
              assertThat(all.get(1)).contains("heartbeat");
              assertThat(all.get(2)).contains("truncate");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "'password: ${SHOP_PASSWORD}', 'password: hunter2-in-clear'",
    "'jdbc:postgresql://db.example/shop?user=wk_feed', 'jdbc:postgresql://wk:hunter2-in-clear@db.example/shop'",
    "'jdbc:postgresql://db.example/shop?user=wk_feed', 'jdbc:postgresql://db.example/shop?user=a&password=hunter2-in-clear'",
    "'jdbc:postgresql://db.example/shop?user=wk_feed', 'jdbc:postgresql://db.example/shop?sslpassword=hunter2-in-clear'",
    "'jdbc:postgresql://dw.example/warehouse', 'mysql://hunter2-in-clear'",
    "'rows: \"${ROWS}\"', 'rows: hunter2-in-clear'",
    "'DBT_PASSWORD: \"${DBT}\"', 'DBT_PASSWORD: hunter2-in-clear'"
  })
  void a_password_in_clear_text_is_refused_and_not_repeated(String right, String wrong) {
    assertThat(GOOD).contains(right);

    assertThat(problems(GOOD.replace(right, wrong)))
        .isNotEmpty()
        .noneMatch(problem -> problem.contains("hunter2"));
  }

  @ParameterizedTest
  @CsvSource({
    "'name: [', this is no YAML",
    "'- a', a configuration is a mapping",
    "'name: a\n---\nname: b', a second document begins",
    "'', name is missing"
  })
  void what_is_no_configuration_at_all_is_refused(String document, String said) {
    assertThat(problems(document)).anyMatch(problem -> problem.contains(said));
  }

  @Test
  void what_is_nested_without_end_is_refused() {
    assertThat(problems("name: " + "[".repeat(500) + "]".repeat(500)))
        .anyMatch(problem -> problem.contains("nested deeper") || problem.contains("no YAML"));
  }
}
