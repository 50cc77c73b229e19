package dev.weirkeeper.drift.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a PostgreSQL database: its write-ahead log through a replication slot, and snapshots of its
 * tables in chunks that have their exact place in that log. PostgreSQL 14 or newer.
 *
 * <p>The role needs LOGIN, REPLICATION and SELECT on the tables; to make the publications it also
 * needs to own the tables and CREATE on the database, else a person makes them (the error says
 * how). A slot keeps the log of the source until a stream confirms it. The feed never drops its
 * slot; when it is no longer needed, a person does: {@code SELECT pg_drop_replication_slot('…')}.
 *
 * <p>Generated columns are not read. Tables without a key are published for inserts and truncations
 * only, and their snapshot is one chunk, whole. TOASTed values that an UPDATE did not change are
 * not in the log; a target must keep its own.
 *
 * <p>The feed itself may be shared; a stream is confined to one thread.
 */
public final class PostgresFeed implements Feed {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");

  private final Options options;

  private PostgresFeed(Options options) {
    this.options = options;
  }

  /** What a feed was built with. */
  record Options(
      String id,
      String system,
      Sessions sessions,
      Set<String> tables,
      Set<String> insertOnly,
      String slot,
      String publication,
      Path folder,
      long memoryBytes,
      long fileBytes,
      Duration heartbeat,
      int chunkRows,
      long walBudget,
      Duration slotPatience,
      Clock clock) {

    String publicationOf(Publishes what) {
      return what == Publishes.ALL ? publication : publication + "_ins";
    }
  }

  /**
   * @param id kebab-case; part of every position and, unless they are given, of the names of slot
   *     and publications
   */
  public static Builder builder(String id) {
    return new Builder(id);
  }

  /**
   * The order of positions of one PostgreSQL feed in the log of its server. It throws {@link
   * IllegalArgumentException} for positions of two servers, timelines or feeds: they have none.
   */
  public static Comparator<Position> inLogOrder() {
    return (a, b) -> {
      try {
        PostgresPosition one = PostgresPosition.parse(a);
        PostgresPosition other = PostgresPosition.parse(b);
        if (!a.feed().equals(b.feed()) || !one.at(0).equals(other.at(0))) {
          throw new IllegalArgumentException(
              "Positions " + a + " and " + b + " lie in two logs and have no order");
        }
        return Long.compareUnsigned(one.lsn(), other.lsn());
      } catch (FeedException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    };
  }

  @Override
  public String id() {
    return options.id();
  }

  /**
   * Opens the stream. With no position, publications and slot are made if they are not there. With
   * one, the slot must still have every change behind it.
   */
  @Override
  public Stream open(Optional<Position> after, Map<String, Relation> known)
      throws FeedException, IOException {
    return Opening.open(options, after, known);
  }

  /** Collects what a feed needs. */
  public static final class Builder {
    private final String id;
    private @Nullable String system;
    private @Nullable Sessions sessions;
    private final Set<String> tables = new LinkedHashSet<>();
    private final Set<String> insertOnly = new LinkedHashSet<>();
    private String slot;
    private String publication;
    private Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    private long memoryBytes = 64L << 20;
    private long fileBytes = 16L << 30;
    private Duration heartbeat = Duration.ofSeconds(10);
    private int chunkRows = 10_000;
    private long walBudget = 10L << 30;
    private Duration slotPatience = Duration.ofSeconds(10);
    private Clock clock = Clock.systemUTC();

    private Builder(String id) {
      if (!ID.matcher(id).matches()) {
        throw new IllegalArgumentException("The id of a feed is kebab-case, got: " + id);
      }
      this.id = id;
      this.slot = "wk_" + id.replace('-', '_');
      this.publication = slot;
    }

    /**
     * The database to read. Required.
     *
     * @param name the name of the system in assets: {@code shop}
     * @param credentials user, password and other settings of the driver; never logged
     */
    public Builder source(String name, String jdbcUrl, Properties credentials) {
      system = requireNonNull(name, "name");
      Properties copy = new Properties();
      credentials
          .stringPropertyNames()
          .forEach(key -> copy.setProperty(key, credentials.getProperty(key)));
      sessions = new Sessions(requireNonNull(jdbcUrl, "jdbcUrl"), copy);
      return this;
    }

    /** The tables to read, with their schemas: {@code public.orders}. Required. */
    public Builder tables(List<String> names) {
      tables.addAll(names);
      return this;
    }

    /**
     * Tables of which only inserts and truncations are read, because the host knows that they are
     * only inserted into. Updates and deletes of them would go unseen.
     */
    public Builder insertOnly(List<String> names) {
      tables.addAll(names);
      insertOnly.addAll(names);
      return this;
    }

    public Builder slot(String name) {
      if (!SLOT.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "A slot is named with a-z, 0-9 and _, at most 63 of them, got: " + name);
      }
      slot = name;
      return this;
    }

    /** Name of the publication; a second one for inserts only gets {@code _ins} behind it. */
    public Builder publication(String name) {
      publication = requireNonNull(name, "name");
      return this;
    }

    /** Where and how far a transaction that is larger than memory is kept. */
    public Builder spill(Path inFolder, long memory, long file) {
      folder = requireNonNull(inFolder, "folder");
      memoryBytes = memory;
      fileBytes = file;
      return this;
    }

    /**
     * How often the position is moved while only others write to the log. It writes a message into
     * the source's log; zero turns it off, and then an idle table keeps the log of a busy database.
     */
    public Builder heartbeat(Duration every) {
      heartbeat = requireNonNull(every, "every");
      return this;
    }

    /** Rows of one chunk of a snapshot. */
    public Builder chunkRows(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("A chunk has at least one row, got: " + rows);
      }
      chunkRows = rows;
      return this;
    }

    /** Bytes of log that the slot may keep back before the health of the feed warns. */
    public Builder walBudget(long bytes) {
      walBudget = bytes;
      return this;
    }

    /** How long to wait for a slot that another session holds, our own dead one for instance. */
    public Builder slotPatience(Duration atMost) {
      slotPatience = requireNonNull(atMost, "atMost");
      return this;
    }

    public Builder clock(Clock source) {
      clock = requireNonNull(source, "clock");
      return this;
    }

    public PostgresFeed build() {
      if (system == null || sessions == null) {
        throw new IllegalStateException("Feed " + id + " has no source; call source(…)");
      }
      if (tables.isEmpty()) {
        throw new IllegalStateException("Feed " + id + " has no tables; call tables(…)");
      }
      return new PostgresFeed(
          new Options(
              id,
              system,
              sessions,
              Set.copyOf(tables),
              Set.copyOf(insertOnly),
              slot,
              publication,
              folder,
              memoryBytes,
              fileBytes,
              heartbeat,
              chunkRows,
              walBudget,
              slotPatience,
              clock));
    }
  }
}
