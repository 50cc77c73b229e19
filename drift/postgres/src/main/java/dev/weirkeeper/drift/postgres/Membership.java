package dev.weirkeeper.drift.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Says whether all of a table is published, and publishes it again. Confined to the thread of its
 * feed.
 */
final class Membership {
  static final String UNPUBLISHED = "not published any more";

  private static final String SQL =
      "SELECT (r.oid IS NOT NULL)::text, coalesce(to_jsonb(r) ->> 'prattrs', ''),"
          + " (to_jsonb(r) ->> 'prqual' IS NULL)::text,"
          + " (p.pubinsert AND p.pubtruncate AND (NOT ? OR p.pubupdate AND p.pubdelete))::text,"
          + " p.pubviaroot::text"
          + " FROM pg_publication p LEFT JOIN pg_publication_rel r"
          + " ON r.prpubid = p.oid AND r.prrelid = ?::oid WHERE p.pubname = ?";

  private final PostgresFeed.Options options;
  private final Catalog catalog;

  Membership(PostgresFeed.Options options, Catalog catalog) {
    this.options = options;
    this.catalog = catalog;
  }

  /** What is left out of a table, in words; empty if nothing is. */
  Optional<String> flaw(Table table) throws SQLException {
    String publication = options.publicationOf(table.publishes);
    Optional<List<String>> row =
        catalog.row(SQL, table.publishes == Publishes.ALL, table.oid & 0xffffffffL, publication);
    if (row.isEmpty()) {
      return Optional.of("publication " + publication + " is gone");
    }
    List<String> facts = row.get();
    if (!facts.get(0).equals("true")) {
      return Optional.of(UNPUBLISHED);
    } else if (!facts.get(1).isEmpty()) {
      return Optional.of("only some of its columns are published");
    } else if (!facts.get(2).equals("true")) {
      return Optional.of("only some of its rows are published");
    } else if (!facts.get(3).equals("true")) {
      return Optional.of("not all of its operations are published");
    }
    return facts.get(4).equals("true")
        ? Optional.empty()
        : Optional.of("not published under its root");
  }

  /** Publishes a table again that is out of its publication, where the feed's role may. */
  void restore(Table table) throws SQLException {
    String name = table.current.asset().name();
    Optional<List<String>> found =
        catalog.row(
            "SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n"
                + " ON n.oid = c.relnamespace WHERE c.oid = ?::oid",
            table.oid & 0xffffffffL);
    if (found.isEmpty()) {
      throw new SQLException("There is no table " + name + " any more", "42P01");
    }
    catalog.execute(
        "ALTER PUBLICATION "
            + Catalog.quoted(options.publicationOf(table.publishes))
            + " ADD TABLE "
            + (found.get().get(2).equals("p") ? "" : "ONLY ")
            + Catalog.quoted(found.get().get(0))
            + "."
            + Catalog.quoted(found.get().get(1)));
  }
}
