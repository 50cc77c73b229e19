package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import dev.weirkeeper.drift.schema.ObjectName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clears away the invalid index that a concurrent build leaves when it fails: the server keeps it
 * up and no query reads it. Only an index of a name that the step itself gives is touched, and
 * never one that somebody is still building.
 */
final class Leftovers {
  private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[a-z_][a-z0-9_$]*)";

  /** The name may have a schema, except after CREATE. */
  private static final Pattern CONCURRENTLY =
      Pattern.compile(
          "\\A\\s*(?:CREATE\\s+(?:UNIQUE\\s+)?INDEX|REINDEX\\s+INDEX|DROP\\s+INDEX)\\s+CONCURRENTLY"
              + "\\s+(?:IF\\s+(?:NOT\\s+)?EXISTS\\s+)?(?:"
              + NAME
              + "\\s*\\.\\s*)?"
              + NAME,
          Pattern.CASE_INSENSITIVE);

  private static final String INVALID =
      """
      SELECT n.nspname, c.relname,
             EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                      WHERE p.index_relid = i.indexrelid)
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname = ?
         AND pg_catalog.starts_with(c.relname, ?)
         AND pg_catalog.substr(c.relname, pg_catalog.length(?) + 1) ~ '^(_cc(new|old)[0-9]*)?$'
       ORDER BY 2
      """;

  private final Session session;
  private final Migration.Step step;

  Leftovers(Session session, Migration.Step step) {
    this.session = session;
    this.step = step;
  }

  /**
   * @throws Halt if such an index is still being built
   */
  void clear() throws SQLException, Halt {
    for (ObjectName index : named(step)) {
      for (List<Optional<String>> row :
          session.rows(INVALID, index.schema(), index.name(), index.name())) {
        if (row.get(2).equals(Optional.of("t"))) {
          throw new Halt(
              Ending.BUSY, "Another session builds an index of the step's name. Wait for its end");
        }
        session.execute(
            "DROP INDEX CONCURRENTLY IF EXISTS "
                + Relations.quoted(
                    new ObjectName(row.get(0).orElseThrow(), row.get(1).orElseThrow())),
            session.limits.work());
      }
    }
  }

  /** Indexes that the statements of a step name. */
  static List<ObjectName> named(Migration.Step step) {
    List<ObjectName> names = new ArrayList<>();
    for (String sql : step.statements()) {
      Matcher matcher = CONCURRENTLY.matcher(sql);
      if (matcher.find()) {
        String schema =
            Optional.ofNullable(matcher.group(1)).map(Leftovers::plain).orElse(step.on().schema());
        names.add(new ObjectName(schema, plain(String.valueOf(matcher.group(2)))));
      }
    }
    return names;
  }

  private static String plain(String written) {
    return written.startsWith("\"")
        ? written.substring(1, written.length() - 1).replace("\"\"", "\"")
        : written.toLowerCase(Locale.ROOT);
  }
}
