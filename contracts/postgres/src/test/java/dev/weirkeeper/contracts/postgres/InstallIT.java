package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Counts;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Probe;
import dev.weirkeeper.TableState;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class InstallIT {
  private static PGSimpleDataSource as(String login, String database) throws IOException {
    PGSimpleDataSource source = TargetFixture.server().dataSource(database);
    source.setUrl("jdbc:postgresql://127.0.0.1:" + TargetFixture.server().port() + "/" + database);
    source.setUser(login);
    return source;
  }

  @Test
  void a_database_without_bookkeeping_is_refused_with_what_to_do() throws Exception {
    TargetFixture.server().createDatabase("bare");

    assertThatThrownBy(
            () ->
                PostgresTarget.builder("warehouse", TargetFixture.server().dataSource("bare"))
                    .open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("warehouse has no bookkeeping")
        .hasMessageContaining("PostgresTarget.install");
  }

  @Test
  void installing_twice_changes_nothing() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

      PostgresTarget.install(fixture.sql);

      assertThat(fixture.query("SELECT version FROM weirkeeper.installed"))
          .containsExactly("1", "2");
      assertThat(fixture.target.resume("pg")).isPresent();
    }
  }

  @Test
  void bookkeeping_of_a_later_version_is_refused() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.execute("INSERT INTO weirkeeper.installed (version) VALUES (3)");

      assertThatThrownBy(() -> fixture.builder().open()).hasMessageContaining("version 3");
      assertThatThrownBy(() -> PostgresTarget.install(fixture.sql))
          .hasMessageContaining("upgrade the library");
    }
  }

  @Test
  void invariant_4_a_login_with_only_the_granted_rights_writes_and_cannot_forge_the_ledger()
      throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.execute("CREATE ROLE feed_writer LOGIN");
      fixture.execute("REVOKE ALL ON DATABASE " + fixture.database + " FROM PUBLIC");
      fixture.execute("GRANT CONNECT ON DATABASE " + fixture.database + " TO feed_writer");
      fixture.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON public.items TO feed_writer");
      PGSimpleDataSource login = as("feed_writer", fixture.database);
      assertThatThrownBy(() -> PostgresTarget.builder("warehouse", login).open())
          .hasMessageContaining("USAGE on schema weirkeeper");
      PostgresTarget.install(fixture.sql, "feed_writer");
      fixture.execute("REVOKE INSERT ON weirkeeper.ledger FROM feed_writer");
      assertThatThrownBy(() -> PostgresTarget.builder("warehouse", login).open())
          .hasMessageContaining("INSERT on weirkeeper.ledger");
      PostgresTarget.install(fixture.sql, "feed_writer");
      fixture.reopen(PostgresTarget.builder("warehouse", login));

      fixture.applied(
          fixture
              .next()
              .insert(ITEMS_V1, "1", "one", "n", "1")
              .insert(ITEMS_V1, "2", "bad", "n", "1")
              .insert(ITEMS_V1, "3", "ok", "n", "9999999"));
      fixture.applied(fixture.next().update(ITEMS_V1, "2", "two", Rows.UNCHANGED, "2"));
      fixture.change(Rows.paused(ITEMS_V1));
      fixture.applied(fixture.next().delete(ITEMS_V1, "1"));
      assertThat(fixture.drain()).isEqualTo(Counts.of(1, 0, 0));
      fixture.writeWaiting(fixture.quarantine().get(0));
      fixture.change(Rows.loading(ITEMS_V1));

      try (var connection = login.getConnection();
          var statement = connection.createStatement()) {
        for (String forged :
            new String[] {
              "UPDATE weirkeeper.ledger SET n_in = 0, n_published = 0, n_quarantined = 0",
              "DELETE FROM weirkeeper.ledger",
              "TRUNCATE weirkeeper.ledger",
              "DELETE FROM weirkeeper.quarantine",
              "CREATE TABLE weirkeeper.x (a int)",
              "CREATE TEMPORARY TABLE x (a int)"
            }) {
          assertThatThrownBy(() -> statement.execute(forged))
              .as(forged)
              .hasMessageContaining("permission denied");
        }
      }
    }
  }

  @Test
  void a_server_that_is_not_there_is_said_so_without_its_address() throws Exception {
    PGSimpleDataSource nowhere = new PGSimpleDataSource();
    nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/secret?user=u&password=hunter2");

    assertThatThrownBy(() -> PostgresTarget.builder("warehouse", nowhere).open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("warehouse cannot be reached")
        .hasStackTraceContaining("08001")
        .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("hunter2"));
  }

  @Test
  void what_is_known_of_a_table_is_stored_with_it_after_an_upgrade_of_the_bookkeeping()
      throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.execute("ALTER TABLE weirkeeper.table_state DROP goal, DROP settings");
      fixture.execute("DELETE FROM weirkeeper.installed WHERE version = 2");
      PostgresTarget.install(fixture.sql);
      Facet.Settings settings =
          new Facet.Settings(
              Map.of(
                  "publication.member",
                  new Probe.Value<>("1/2/3"),
                  "row-security",
                  new Probe.Empty<>(),
                  "slot",
                  new Probe.Unknown<>("it was not asked")));
      TableState state = Rows.live(ITEMS_V1).surrounded(settings).begun(ITEMS_V1);

      fixture.change(state);
      fixture.reopen(fixture.builder());

      assertThat(fixture.target.resume("pg").orElseThrow().tables()).containsValue(state);
    }
  }
}
