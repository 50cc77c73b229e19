package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
      autonomy: propose
      tables:
        public.orders:
          autonomy: heal
          tolerance: {apply: additive, ask: [column.], truncate: apply}
      domains:
        sales:
          assets: ["shop:public.*", "warehouse:public.*"]
          approvers: ["os:ana", "os:ben"]
          limit: write
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
      mcp:
        stdio: {principal: claude}
        http: {port: 8931, unauthenticated: inspector}
      """;

  private static final Map<String, String> VARIABLES =
      Map.of("SHOP_PASSWORD", "s3cret-of-the-shop", "ROWS", "s3cret-of-rows");

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
    assertThat(config.contracts().get(0).report().unsupported()).hasSize(1);
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
          """)
  void a_mistake_is_named_with_its_place(String right, String wrong, String said) {
    assertThat(GOOD).contains(right);

    assertThat(problems(GOOD.replace(right, wrong)))
        .anySatisfy(problem -> assertThat(problem).contains(said).matches("(?s)\\d+:\\d+: .*"));
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
    "'rows: \"${ROWS}\"', 'rows: hunter2-in-clear'"
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
