package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.Masking;
import dev.weirkeeper.TableState;
import dev.weirkeeper.drift.profile.ProfileWindow;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.replication.LogSequenceNumber;

/** What agents learn of drift from a server that runs: by a client of the SDK, on real tables. */
class DriftToolsIT {
  private static final int SAMPLES = 24;
  private static final Pattern INCIDENT = Pattern.compile("\"incident\":\"([0-9a-f]{64})\"");

  @TempDir private static Path home;
  private static Bed bed;
  private static Server server;
  private static McpSyncClient agent;

  @BeforeAll
  static void start() throws Exception {
    bed = Bed.prepared(home);
    bed.server.execute(
        "shop",
        "INSERT INTO lines SELECT i, 4242 + (i * 7919) % 997, 'n' FROM generate_series(51, 650) i");
    Files.writeString(
        home.resolve("orders.yaml"),
        """
        weirkeeper: 1
        contract: orders
        version: 1.0.0
        table: public.orders
        rules:
          - not-null: customer
          - not-null: id
        """);
    server =
        Server.start(
            bed.configured(
                """
                mcp: {http: {port: 0, unauthenticated: desk}}
                grants: [{principal: desk}]
                contracts:
                  - {table: public.orders, file: orders.yaml}
                tables:
                  public.lines: {tolerance: {apply: semantic}}
                profile: {tables: [public.lines], every: 1h, rows: 1000}
                """),
            event -> {});
    String address = server.address().orElseThrow().toString();
    agent =
        McpClient.sync(
                HttpClientStreamableHttpTransport.builder(
                        address.substring(0, address.indexOf("/mcp")))
                    .endpoint("/mcp")
                    .build())
            .requestTimeout(Duration.ofSeconds(60))
            .build();
    agent.initialize();
    server.stream()
        .await(
            "the load",
            tables ->
                tables.size() == 2
                    && tables.values().stream()
                        .allMatch(table -> table.mode() == TableState.Mode.LIVE));
  }

  @AfterAll
  static void stop() throws Exception {
    if (agent != null) {
      agent.closeGracefully();
    }
    if (server != null) {
      server.close();
    }
    bed.close();
  }

  private static String call(String tool, Map<String, Object> arguments) {
    McpSchema.CallToolResult result =
        agent.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
    assertThat(result.isError()).as("%s", result).isNotEqualTo(true);
    return Json.of(result.structuredContent()).text();
  }

  /** Waits until the target has all that the source committed. */
  private static void caughtUp() throws Exception {
    try (Connection connection = bed.server.connect("shop");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()")) {
      row.next();
      server.stream().awaitPosition(LogSequenceNumber.valueOf(row.getString(1)));
    }
  }

  private static Profiles profiles(Clock clock) throws Exception {
    Config config = ConfigReader.read(home.resolve("pipeline.yaml"), name -> Optional.empty());
    return Profiles.open(config, Masking.with(new byte[32]), clock);
  }

  /** A day of samples, as the server would have taken them. */
  private static void remember() throws Exception {
    Instant first = Instant.now().minus(Duration.ofHours(SAMPLES + 6));
    for (int hour = 0; hour < SAMPLES; hour++) {
      Profiles then = profiles(Clock.fixed(first.plus(Duration.ofHours(hour)), ZoneOffset.UTC));
      ProfileWindow window =
          new ProfileRounds(then, server.stream().parts(), Duration.ofHours(1), Clock.systemUTC())
              .sample(then.tables().get(0))
              .orElseThrow();
      then.watch().see(then.tables().get(0), window);
    }
  }

  @Test
  void an_agent_learns_that_values_changed_their_unit_and_so_does_the_log() throws Exception {
    assertThat(agent.listTools().tools())
        .extracting(McpSchema.Tool::name)
        .contains("drift_profile");
    assertThat(call("drift_profile", Map.of("table", "public.lines")))
        .contains("no sample of this table was taken before", "\"column\":\"quantity\"");
    remember();
    assertThat(call("drift_profile", Map.of("table", "public.lines")))
        .contains("\"findings\":[]", "\"compared\":\"COMPARED\"");

    bed.server.execute("shop", "UPDATE lines SET quantity = quantity * 100");
    caughtUp();
    assertThat(call("drift_profile", Map.of("table", "public.lines"))).contains("semantic.unit");
    ProfileRounds rounds =
        new ProfileRounds(
            profiles(Clock.systemUTC()),
            server.stream().parts(),
            Duration.ofHours(1),
            Clock.systemUTC());
    rounds.round();
    rounds.round();

    String findings = call("drift_list_findings", Map.of("table", "public.lines"));
    assertThat(findings).contains("semantic.unit", "profile-drift");
    assertThat(findings.split("semantic.unit", -1)).as("told once").hasSize(2);
    McpSchema.CallToolResult other =
        agent.callTool(
            McpSchema.CallToolRequest.builder("drift_profile")
                .arguments(Map.of("table", "public.orders"))
                .build());
    assertThat(other.isError()).isTrue();
    assertThat(String.valueOf(other.content())).contains("does not profile it");
  }

  @Test
  void a_dropped_column_affects_a_contract_by_the_rules_that_name_it() throws Exception {
    bed.server.execute(
        "shop",
        "ALTER TABLE orders DROP COLUMN priority, DROP COLUMN customer",
        "INSERT INTO orders VALUES (1000)");

    caughtUp();
    Matcher incident = INCIDENT.matcher(call("incident_list", Map.of("table", "public.orders")));

    assertThat(incident.find()).isTrue();
    assertThat(call("drift_impact", Map.of("incident", incident.group(1))))
        .contains("\"affectedInAll\":1", "\"kind\":\"CONTRACT\"", "\"certainty\":\"NAMED\"")
        .contains("\"bump\":\"MAJOR\"", "\"next\":{\"is\":\"outside\",\"text\":\"2.0.0\"}")
        .contains("\"column\":\"customer\"", "\"reasonsInAll\":1")
        .contains("\"rules\":[{\"is\":\"outside\",\"text\":\"not-null.customer\"}]");
  }
}
