package dev.weirkeeper.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Server;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.testkit.LocalPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --serve}, without the story before it. */
class ServingIT {
  private static final String HELLO =
      """
      {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
       "capabilities":{},"clientInfo":{"name":"reader","version":"1"}}}
      """;

  @TempDir Path folder;

  @Test
  void what_it_prints_leads_a_client_to_a_server_over_the_databases_of_the_story()
      throws Exception {
    java.nio.file.Files.setPosixFilePermissions(
        folder, PosixFilePermissions.fromString("rwx------"));
    try (LocalPostgres server = LocalPostgres.start()) {
      server.createDatabase(GovernedStream.SOURCE);
      server.createDatabase(GovernedStream.TARGET);
      try (Connection administrator = server.connect(GovernedStream.TARGET);
          Connection shop = server.connect(GovernedStream.SOURCE)) {
        Warehouse.prepare(administrator);
        Shop.create(shop);
      }
      CountDownLatch loaded = new CountDownLatch(Shop.TABLES.size());
      List<String> said = new ArrayList<>();

      Serving serving = Serving.configure(server, folder);
      try (Server running =
          Server.start(
              serving.file(),
              event -> {
                if (event instanceof dev.weirkeeper.PipelineEvent.Loaded) {
                  loaded.countDown();
                }
              })) {
        serving.introduce(running, said::add);
        loaded.await();

        String address =
            said.stream()
                .filter(line -> line.contains("--transport http"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElseThrow();
        HttpResponse<String> reply =
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(URI.create(address))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .POST(HttpRequest.BodyPublishers.ofString(HELLO))
                        .build(),
                    HttpResponse.BodyHandlers.ofString());
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).contains("weirkeeper-quickstart");
      }
      assertThat(said).anyMatch(line -> line.contains("attach --config " + serving.file()));
    }
  }
}
