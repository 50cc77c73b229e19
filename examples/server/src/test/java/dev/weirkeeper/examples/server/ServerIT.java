package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.audit.JsonLinesLog;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as users start it: the jar, a configuration, and clients of the SDK. */
class ServerIT {
  private static final Path JAR = Path.of("target/weirkeeper-server.jar").toAbsolutePath();
  private static final long PATIENCE_SECONDS = 60;

  private static final String CLIENTS =
      """
      mcp:
        stdio: {principal: desk}
        http: {port: 0, unauthenticated: browser}
      grants:
        - {principal: desk}
        - {principal: browser, tools: [pipeline_status, "quarantine_*"]}
      """;

  @TempDir Path home;

  private static List<String> command(Path configuration, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                JAR.toString()));
    words.addAll(List.of(more));
    words.addAll(List.of("--config", configuration.toString()));
    return words;
  }

  /** A server in a process of its own. */
  private static final class Running implements AutoCloseable {
    private final Process process;
    private final BufferedReader log;
    private final StringBuilder said = new StringBuilder();

    private Running(Process process) {
      this.process = process;
      this.log =
          new BufferedReader(
              new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    }

    static Running start(Path configuration) throws IOException {
      return new Running(
          new ProcessBuilder(command(configuration))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    }

    /** The rest of the first line of the log that holds these words. */
    String after(String words) throws IOException {
      for (String line = log.readLine(); line != null; line = log.readLine()) {
        said.append(line).append('\n');
        if (line.contains(words)) {
          return line.substring(line.indexOf(words) + words.length()).strip();
        }
      }
      throw new AssertionError("It never said '" + words + "' but:\n" + said);
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      log.close();
    }
  }

  private static McpSyncClient client(McpClientTransport transport) {
    McpSyncClient client =
        McpClient.sync(transport)
            .requestTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
            .initializationTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
            .build();
    client.initialize();
    return client;
  }

  private static McpSyncClient http(String address) {
    return client(
        HttpClientStreamableHttpTransport.builder(address.substring(0, address.indexOf("/mcp")))
            .endpoint("/mcp")
            .build());
  }

  private static McpSyncClient stdio(List<String> command) {
    return client(
        new StdioClientTransport(
            ServerParameters.builder(command.get(0))
                .args(command.subList(1, command.size()))
                .build(),
            McpJsonDefaults.getMapper()));
  }

  private static List<String> tools(McpSyncClient client) {
    return client.listTools().tools().stream().map(McpSchema.Tool::name).toList();
  }

  private static McpSchema.CallToolResult call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    return client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
  }

  private static void until(String what, Condition holds) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!holds.yet()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean yet() throws Exception;
  }

  @Test
  void each_client_sees_what_it_was_granted_over_http_and_beside_a_server_that_runs()
      throws Exception {
    try (Bed bed = Bed.prepared(home);
        Running server = Running.start(bed.configured(CLIENTS))) {
      String address = server.after("MCP clients call ");

      McpSyncClient browser = http(address);
      assertThat(tools(browser))
          .contains("pipeline_status", "quarantine_list", "approval_request")
          .doesNotContain("data_sample", "table_pause", "incident_list");
      until(
          "the load",
          () ->
              String.valueOf(call(browser, "pipeline_status", Map.of()).structuredContent())
                  .contains("published=50"));
      browser.closeGracefully();

      McpSyncClient desk = stdio(command(home.resolve("pipeline.yaml"), "attach"));
      assertThat(tools(desk))
          .contains(
              "pipeline_status",
              "catalog_list_tables",
              "data_sample",
              "drift_list_findings",
              "drift_compare",
              "drift_impact",
              "drift_upstream",
              "incident_list",
              "plan_show",
              "contract_list",
              "decision_list",
              "quarantine_list");
      McpSchema.CallToolResult sample =
          call(desk, "data_sample", Map.of("table", "public.orders", "limit", 2));
      assertThat(sample.isError()).as("%s", sample).isNotEqualTo(true);
      McpSchema.CallToolResult compared =
          call(desk, "drift_compare", Map.of("from", "shop", "to", "warehouse"));
      assertThat(compared.isError()).as("%s", compared).isNotEqualTo(true);
      assertThat(String.valueOf(compared.structuredContent())).contains("BY_NAMES");
      McpSchema.CallToolResult pause =
          call(desk, "table_pause", Map.of("table", "public.orders", "reason", "for fun"));
      assertThat(pause.isError()).isTrue();
      desk.closeGracefully();
    }
  }

  @Test
  void a_client_that_starts_the_server_over_stdio_is_served_and_nothing_else_is_written()
      throws Exception {
    try (Bed bed = Bed.prepared(home)) {
      McpSyncClient desk = stdio(command(bed.configured(CLIENTS), "--stdio"));

      assertThat(tools(desk)).contains("pipeline_status", "incident_list");
      assertThat(call(desk, "pipeline_status", Map.of()).isError()).isNotEqualTo(true);
      assertThat(desk.closeGracefully()).isTrue();
      until(
          "the end of the server",
          () -> Files.notExists(home.resolve("state").resolve(ControlSocket.PERSONS)));
    }
  }

  @Test
  void invariant_2_a_server_that_is_asked_to_stop_answers_what_it_was_asked_and_closes_the_log()
      throws Exception {
    try (Bed bed = Bed.prepared(home);
        Running server = Running.start(bed.configured(CLIENTS))) {
      McpSyncClient browser = http(server.after("MCP clients call "));
      until(
          "the load",
          () ->
              String.valueOf(call(browser, "pipeline_status", Map.of()).structuredContent())
                  .contains("published=50"));
      CompletableFuture<McpSchema.CallToolResult> answer;
      try (Connection blocker = bed.server.connect("warehouse");
          Statement lock = blocker.createStatement()) {
        blocker.setAutoCommit(false);
        lock.execute("LOCK TABLE weirkeeper.quarantine IN ACCESS EXCLUSIVE MODE");
        answer =
            CompletableFuture.supplyAsync(
                () -> call(browser, "quarantine_list", Map.of("table", "public.orders")));
        until("the call to be under way", () -> waiting(bed));

        server.process.toHandle().destroy();
        until(
            "the server to let nobody in",
            () -> Files.notExists(home.resolve("state").resolve(ControlSocket.PERSONS)));
        assertThat(answer).isNotDone();
        blocker.rollback();
      }

      assertThat(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).isError()).isNotEqualTo(true);
      assertThat(server.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(server.process.exitValue()).isZero();
      assertThat(server.after("Stopped in order")).isEmpty();
    }
    Path log = home.resolve("state/audit");
    assertThat(JsonLinesLog.in(log).verify().intact()).isTrue();
    assertThat(JsonLinesLog.in(log).unsettled()).isEmpty();
  }

  private static boolean waiting(Bed bed) throws SQLException {
    try (Connection connection = bed.server.connect("warehouse");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
                    + " AND relation = 'weirkeeper.quarantine'::regclass)")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  @Test
  void a_second_server_in_a_folder_is_refused_and_a_second_signal_ends_the_first_at_once()
      throws Exception {
    try (Bed bed = Bed.prepared(home);
        Running first = Running.start(bed.configured(CLIENTS))) {
      String address = first.after("MCP clients call ");

      Process second = new ProcessBuilder(command(home.resolve("pipeline.yaml"))).start();
      assertThat(second.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

      assertThat(second.exitValue()).isEqualTo(1);
      assertThat(new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("weirkeeper-server: ");
      McpSyncClient browser = http(address);
      assertThat(tools(browser)).contains("pipeline_status");
      try (Connection blocker = bed.server.connect("warehouse");
          Statement lock = blocker.createStatement()) {
        blocker.setAutoCommit(false);
        until(
            "the load",
            () ->
                String.valueOf(call(browser, "pipeline_status", Map.of()).structuredContent())
                    .contains("published=50"));
        lock.execute("LOCK TABLE weirkeeper.quarantine IN ACCESS EXCLUSIVE MODE");
        CompletableFuture<McpSchema.CallToolResult> unanswered =
            CompletableFuture.supplyAsync(
                () -> call(browser, "quarantine_list", Map.of("table", "public.orders")));
        until("the call to be under way", () -> waiting(bed));
        first.process.toHandle().destroy();
        until(
            "the server to let nobody in",
            () -> Files.notExists(home.resolve("state").resolve(ControlSocket.PERSONS)));

        first.process.toHandle().destroy();

        assertThat(first.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(first.process.exitValue()).isEqualTo(143);
        assertThatThrownBy(() -> unanswered.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
            .isInstanceOf(java.util.concurrent.ExecutionException.class);
        blocker.rollback();
      }
    }
  }
}
