package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.TableState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What agents get of contracts by a server that runs: over its socket, on real tables. */
class ContractToolsIT {
  private static final String HELLO =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}\n"
          + "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

  @TempDir Path home;

  private record Client(SocketChannel channel, BufferedReader in) implements AutoCloseable {
    static Client to(Path socket) throws IOException {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      Client client =
          new Client(
              channel,
              new BufferedReader(
                  new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8)));
      client.ask(HELLO);
      return client;
    }

    String ask(String line) throws IOException {
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      return in.readLine();
    }

    String call(String tool, String arguments) throws IOException {
      return ask(
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\""
              + tool
              + "\",\"arguments\":"
              + arguments
              + "}}\n");
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static boolean is(Doctor.Check check, String subject, Doctor.State state) {
    return check.subject().equals(subject) && check.state() == state;
  }

  @Test
  void an_agent_validates_what_the_configuration_offers_and_reads_accounts() throws Exception {
    Files.writeString(
        home.resolve("orders.yaml"),
        """
        weirkeeper: 1
        contract: orders
        version: "1"
        table: public.orders
        rules:
          - not-null: customer
          - between: id
            max: 10
          - mean-between: id
            min: 1
        """);
    Files.writeString(
        home.resolve("lines.json"),
        """
        {"name": "lines", "expectations": [
          {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
          {"type": "expect_the_unexpected", "kwargs": {"column": "id"}}]}
        """);
    try (Bed bed = Bed.prepared(home);
        Server server =
            Server.start(
                bed.configured(
                    """
                    mcp: {stdio: {principal: desk}}
                    grants: [{principal: desk}]
                    dbt: {executable: none/dbt, project: project, models: ["*"]}
                    validate:
                      timeout: 20s
                      data:
                        - {name: orders, table: public.orders, file: orders.yaml}
                        - {name: lines, table: public.lines, file: lines.json}
                    """),
                event -> {})) {
      server.stream()
          .await(
              "the load",
              tables ->
                  tables.size() == 2
                      && tables.values().stream()
                          .allMatch(table -> table.mode() == TableState.Mode.LIVE));

      try (Client agent = Client.to(home.resolve("state").resolve(ControlSocket.AGENTS))) {
        assertThat(agent.ask("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}\n"))
            .contains("contract_validate", "contract_explain_cost", "contract_import_report")
            .contains("dbt_test", "dbt_results")
            .doesNotContain("\"name\":\"gate_write\"", "\"name\":\"contract_dry_run\"");
        assertThat(agent.call("contract_validate", "{\"dataset\":\"orders\"}"))
            .contains("\"isError\":false")
            .contains("\"passed\":false", "\"broken\":40", "\"considered\":50", "mean-between.id");
        assertThat(agent.call("contract_explain_cost", "{\"dataset\":\"orders\"}"))
            .contains("\"isError\":false", "SELECT");
        assertThat(agent.call("contract_import_report", "{\"contract\":\"lines\"}"))
            .contains("\"isError\":false")
            .contains("expect_the_unexpected", "\"unsupported\":1", "\"supported\":1");
        assertThat(agent.call("contract_validate", "{\"dataset\":\"customers\"}"))
            .contains("\"isError\":true", "offers no data set");
        assertThat(agent.call("dbt_results", "{}")).contains("\"isError\":true");
      }
      assertThat(
              Doctor.examine(
                      ConfigReader.read(home.resolve("pipeline.yaml"), name -> Optional.empty()),
                      Clock.systemUTC())
                  .checks())
          .anyMatch(check -> is(check, "validate orders", Doctor.State.OK))
          .anyMatch(check -> is(check, "validate lines", Doctor.State.WARNING))
          .anyMatch(check -> is(check, "dbt", Doctor.State.FAILED))
          .anyMatch(check -> is(check, "dbt.project", Doctor.State.FAILED));
    }
  }
}
