package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --check}: what a configuration means, without a connection. */
class CheckTest {
  @TempDir Path home;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

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

  private int run(String document, String... more) throws IOException {
    Path file = Files.writeString(home.resolve("pipeline.yaml"), document);
    String[] words = new String[more.length + 2];
    words[0] = "--config";
    words[1] = file.toString();
    System.arraycopy(more, 0, words, 2, more.length);
    return ServerCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
  }

  private static String withoutVariables() {
    return ConfigTest.GOOD
        .replace("  password: ${SHOP_PASSWORD}\n", "")
        .replace("  passwords: {rows: \"${ROWS}\"}\n", "")
        .replace("  environment: {DBT_PASSWORD: \"${DBT}\"}\n", "");
  }

  @Test
  void it_says_who_may_do_what_and_what_was_assumed() throws Exception {
    int status = run(withoutVariables(), "--check");

    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("Pipeline shop")
        .contains("slot wk_shop")
        .contains("as wk_rows (rows) and wk_change (typed changes)")
        .contains("owner      sales, approved by os:ana, os:ben, acts up to write")
        .contains("autonomy   heal: plans within tolerance are carried out")
        .contains("tolerance  changes up to additive, asks about column., truncate: apply")
        .contains(
            "1 rules are judged, 1 block because they cannot be; orders.json read as 2 as written,"
                + " 0 nearly, 0 not supported, 0 remarks")
        .contains("gold-orders: warehouse:gold.orders by orders, 2 rules; orders.json read as 2")
        .contains("Data sets that may be validated, as wk_read, 30 s a query")
        .contains("dbt:shop in " + home.resolve("dbt") + " by /opt/dbt/bin/dbt, target prod")
        .contains("tests of stg_*, 300 s at most", "rows of failing tests are shown masked")
        .contains("samples values of public.orders, up to 10000 masked rows each 30 min")
        .contains("drift_profile (no grant)")
        .contains("contract_validate (no grant)", "dbt_test (no grant)")
        .doesNotContain("gate_write", "contract_dry_run")
        .contains("contract   none: rows pass unjudged")
        .contains("granted up to write, each act approved, with plan_apply, table_* on")
        .contains("with an approval  plan_apply, table_add_column")
        .contains("quarantine_replay (no grant)")
        .contains("inspector has no grant and sees no tool")
        .contains("expect_column_mean_to_be_between at $.expectations[1] blocks every row")
        .contains("127.0.0.1:8931/mcp, without tokens, as inspector: any program of this machine")
        .contains("reads: target");
    assertThat(home.resolve("state")).as("it changes nothing").doesNotExist();
  }

  @Test
  void what_a_document_asks_for_and_does_not_get_is_named() throws Exception {
    Files.writeString(
        home.resolve("orders.json"),
        """
        apiVersion: v3.0.2
        kind: DataContract
        id: shop
        version: 1.0.0
        status: active
        slaProperties: [{property: latency, value: 4, unit: d}]
        schema:
          - name: orders
            quality: [{type: text, description: Orders are kind.}]
            properties: [{name: id, logicalType: integer, required: true}]
        """);

    int status = run(withoutVariables(), "--check");

    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern(
            "orders.json read as \\d+ as written, \\d+ nearly, \\d+ not supported, [1-9]")
        .contains("is judged by nobody (");
  }

  @Test
  void what_is_wrong_ends_with_1_and_says_where() throws Exception {
    int status = run(withoutVariables().replace("limit: write", "limit: wrte"), "--check");

    assertThat(status).isEqualTo(1);
    assertThat(err.toString()).contains("domains.sales.limit is one of read, write, destructive");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void a_file_that_is_not_there_is_named_and_a_word_too_much_is_no_command() throws Exception {
    assertThat(
            ServerCommand.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "--config",
                home.resolve("none.yaml").toString(),
                "--check"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("There is no file").contains("none.yaml");
    assertThat(run(withoutVariables(), "--chekc")).isEqualTo(2);
  }
}
