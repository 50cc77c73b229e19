package dev.weirkeeper.drift.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A synchronous standby that never answers: a commit is written to the log and shown to nobody
 * until this is closed.
 */
final class Standby implements AutoCloseable {
  private final Scene scene;
  private final Connection watch;

  Standby(Scene scene) throws SQLException {
    this.scene = scene;
    watch = scene.server.connect(scene.database);
    set("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    // The server heeds it a moment later, which a commit that waits shows.
    String probe = "SELECT pg_logical_emit_message(true, 'test', 'is anybody there')";
    CompletableFuture<Void> probing = run(probe);
    while (!waiting(1)) {
      if (probing.isDone()) {
        probing = run(probe);
      }
    }
  }

  /** Runs statements as one transaction and returns when it waits to be shown. */
  void holdUp(String statements) throws SQLException {
    CompletableFuture<Void> running = run(statements);
    while (!waiting(2)) {
      if (running.isDone()) {
        throw new AssertionError("The commit did not wait");
      }
    }
  }

  private boolean waiting(int sessions) throws SQLException {
    return is(
        "SELECT count(*) = " + sessions + " FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  }

  /** Whether the feed asks again and again what is shown. */
  boolean isWaitedFor() throws SQLException {
    return is(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            + " AND query = 'SELECT pg_current_snapshot()::text')");
  }

  <T> CompletableFuture<T> begin(Callable<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        });
  }

  private CompletableFuture<Void> run(String sql) {
    return begin(
        () -> {
          try (Connection connection = scene.server.connect(scene.database);
              Statement statement = connection.createStatement()) {
            statement.execute(sql);
          }
          return null;
        });
  }

  private boolean is(String question) throws SQLException {
    try (Statement statement = watch.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      answer.next();
      return answer.getBoolean(1);
    }
  }

  private void set(String setting) throws SQLException {
    try (Statement statement = watch.createStatement()) {
      statement.execute(setting);
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  @Override
  public void close() throws SQLException {
    set("ALTER SYSTEM RESET synchronous_standby_names");
    watch.close();
  }
}
