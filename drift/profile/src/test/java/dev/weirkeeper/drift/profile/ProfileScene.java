package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.testkit.LocalPostgres;
import dev.weirkeeper.testkit.TestCall;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A table on a real server, read by the login for agents, and a host that samples it. */
final class ProfileScene implements AutoCloseable {
  static final String SYSTEM = "shop";
  static final Asset ORDERS = new Asset(SYSTEM, "gold.orders");

  private static final String DATABASE = "profiles";
  private static final int SAMPLES = 24;

  private final LocalPostgres server;
  private final ProfileDrift drift = ProfileDrift.with(Series.KEY);
  private Observation baseline = new Observation(ORDERS, Series.START, Optional.empty(), List.of());

  ProfileScene() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.createDatabase(DATABASE);
    server.execute(
        DATABASE,
        "REVOKE ALL ON DATABASE profiles FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "CREATE SCHEMA gold",
        "CREATE TABLE gold.orders (id int PRIMARY KEY, amount numeric(12,2), state text,"
            + " email text, nick text, \"weird \"\"name\" text)",
        "CREATE TABLE gold.empty (id int)",
        "CREATE TABLE gold.private (id int)",
        "CREATE ROLE wk_read LOGIN",
        "GRANT CONNECT ON DATABASE profiles TO wk_read",
        "GRANT USAGE ON SCHEMA gold TO wk_read",
        "GRANT SELECT ON gold.orders, gold.empty TO wk_read");
    fill(1, "'paid', 'sent', 'planted-state'");
    PostgresReadTools reads = reads();
    for (int sample = 0; sample < SAMPLES; sample++) {
      Clock at = Clock.fixed(Series.START.plusSeconds(3600L * sample), ZoneOffset.UTC);
      Probe<ProfileWindow> window =
          new TableSampler(reads.reader(), 1_000, 1_000_000, at).sample(ORDERS, call());
      baseline =
          drift
              .detect(
                  baseline,
                  ((Probe.Value<ProfileWindow>) window)
                      .value()
                      .observation(ORDERS, Optional.empty()))
              .nextBaseline();
    }
  }

  /** Fills the table anew. */
  void fill(int unit, String states) throws Exception {
    server.execute(
        DATABASE,
        "TRUNCATE gold.orders",
        "INSERT INTO gold.orders SELECT g, "
            + unit
            + " * (4242 + (g * 7919) % 997),"
            + " (ARRAY["
            + states
            + "])[1 + g % 3], 'planted' || g || '@example.com',"
            + " 'nick_planted_' || g, 'w' FROM generate_series(1, 600) g");
  }

  private PostgresReadTools reads() throws Exception {
    return PostgresReadTools.builder(
            SYSTEM,
            server.dataSource(DATABASE, "wk_read"),
            Masking.with(new byte[32], new Masking.Rule("shop:*", "nick", Mask.HASH)))
        .build();
  }

  ProfileTools tools() throws Exception {
    Observation known = baseline;
    return tools(table -> table.equals(ORDERS) ? new Probe.Value<>(known) : new Probe.Empty<>());
  }

  ProfileTools tools(ProfileBaselines baselines) throws Exception {
    return new ProfileTools(
        SYSTEM,
        new TableSampler(reads().reader(), 1_000, 1_000_000, Clock.systemUTC()),
        baselines,
        drift);
  }

  static Action profile(String table, String input) {
    return new Action(ProfileTools.PROFILE, Json.parse(input), new Asset(SYSTEM, table));
  }

  static TestCall call() {
    return new TestCall(
        Hash.of(Json.empty()),
        ORDERS,
        Optional.empty(),
        Optional.empty(),
        Instant.now().plusSeconds(60));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
