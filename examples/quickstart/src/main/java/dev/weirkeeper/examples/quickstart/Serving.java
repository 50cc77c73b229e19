package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.rehearsal.RehearseTools;
import dev.weirkeeper.drift.rehearsal.Rehearser;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Server;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/** The server's configuration for the databases of the story, and how to reach what it runs. */
record Serving(Path file, String source, String target) {
  private static final String AGENT = "claude";

  /**
   * Writes the configuration, beside log and door in the folder. Agents may look and may ask for
   * acts; the person at this terminal may act and approve.
   */
  static Serving configure(LocalPostgres server, Path folder) throws IOException {
    String source = server.url(GovernedStream.SOURCE);
    String target = server.url(GovernedStream.TARGET);
    for (String suite : List.of("orders-v2.json", "lineitem.json")) {
      Files.writeString(folder.resolve(suite), QuickstartContracts.text(suite));
    }
    String person = System.getProperty("user.name").replace("'", "''");
    Path file =
        Files.writeString(
            folder.resolve("pipeline.yaml"),
            """
            # Written by the quickstart for its own databases; docs/server.md explains it.
            name: quickstart
            folder: .
            source:
              system: %s
              url: %s
              tables: [%s]
              heartbeat: 200ms
            target:
              system: %s
              url: %s
            contracts:
              - {table: public.orders, suite: orders-v2.json}
              - {table: public.lineitem, suite: lineitem.json}
            profile: {tables: [public.orders]}
            domains:
              shop:
                assets: ["%s:*", "%s:*"]
                approvers: ['os:%s']
                autonomy: heal
                persons-for-irreversible: 1
            grants:
              - {principal: %s, up-to: write, consent: each-act}
            operators:
              - {user: '%s', up-to: write}
            mcp:
              stdio: {principal: %s}
              http: {port: 0, unauthenticated: %s}
            """
                .formatted(
                    GovernedStream.SOURCE,
                    source,
                    String.join(", ", Shop.TABLES),
                    GovernedStream.TARGET,
                    target,
                    GovernedStream.SOURCE,
                    GovernedStream.TARGET,
                    person,
                    AGENT,
                    person,
                    AGENT,
                    AGENT));
    return new Serving(file, source, target);
  }

  /** Adds {@code plan_rehearse}, over the target as the login sees it that only reads. */
  GovernedStream.Addition rehearsing(Rehearser rehearser) {
    return parts ->
        List.of(
            new RehearseTools(
                GovernedStream.SOURCE, parts.mailbox(), rehearser, this::schema, parts.journal()));
  }

  private DatabaseSchema schema() throws SQLException {
    try (Connection connection =
        Warehouse.as(PostgresBoundary.Login.READ, target).getConnection()) {
      return SchemaReader.ofAll().read(connection).schema();
    }
  }

  /** Says what can be played with, and how. */
  void introduce(Server running, Consumer<String> say) {
    say.accept("▶ Serving until Ctrl-C. Change " + source);
    say.accept("  and watch          " + target);
    running
        .address()
        .ifPresent(
            address ->
                say.accept(
                    "  MCP over HTTP      claude mcp add --transport http weirkeeper " + address));
    say.accept(
        "  MCP over stdio     java -jar examples/server/target/weirkeeper-server.jar attach"
            + " --config "
            + file);
    say.accept(
        "  you, as a person   java -jar examples/cli/target/weirkeeper.jar --folder "
            + file.getParent()
            + " status");
    say.accept(
        "                     (built by ./mvnw -q -DskipTests package -pl examples/cli" + " -am)");
  }
}
