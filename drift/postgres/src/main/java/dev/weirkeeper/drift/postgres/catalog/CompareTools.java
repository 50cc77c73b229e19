package dev.weirkeeper.drift.postgres.catalog;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.JudgedChange;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.taxonomy.Axis;
import dev.weirkeeper.drift.taxonomy.Compatibility;
import dev.weirkeeper.drift.taxonomy.ConsumerVerdict;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.drift.taxonomy.Kind;
import dev.weirkeeper.drift.taxonomy.Way;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Compares two schemas, as a tool: {@code drift_compare}. A side is a database that the host
 * registered by a name, or the hash of a reading that was kept on its {@link SchemaShelf}: a caller
 * can name neither a server nor a file nor SQL. Each reading of a database is kept, so that later
 * calls can compare with it. Safe to share between threads.
 */
public final class CompareTools implements ToolRegistry {
  public static final String COMPARE = "drift_compare";

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /**
   * Input of {@code drift_compare}.
   *
   * @param from what is: a name that the host gave a database, or the hash of a kept reading
   * @param to what is wanted, or is now
   */
  public record Compare(String from, String to, Optional<String> cursor, Optional<Integer> limit) {
    public Compare {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      Listing.require(cursor, limit);
    }
  }

  /**
   * What differs, the worst first.
   *
   * @param from hash under which the reading of that side is kept
   * @param identity whether ids told what is the same thing, or names did
   * @param verdict the worst of all, also of those on other pages
   */
  public record Compared(
      Hash from,
      Hash to,
      Told identity,
      Verdict verdict,
      List<Difference> differences,
      int differencesInAll,
      Optional<String> next) {
    public Compared {
      differences = List.copyOf(differences);
    }
  }

  /** How it was known which thing of one side is which of the other. */
  public enum Told {
    /** Both are readings of one database: a rename is a fact. */
    BY_IDS,
    /** Two databases: a rename looks like a removal and an addition. */
    BY_NAMES
  }

  /**
   * One difference.
   *
   * @param on what it is about, part by part a name or a handle
   * @param former what it was called
   * @param narrowest the consumer that bears it least; absent where none is registered
   */
  public record Difference(
      String kind,
      Verdict verdict,
      Item.Kind what,
      String on,
      Optional<String> former,
      Optional<Outside> before,
      Optional<Outside> after,
      Compatibility readers,
      Compatibility newReadsOld,
      Compatibility oldReadsNew,
      Optional<Narrowest> narrowest) {}

  /** Who bears a change least, and how it takes it. */
  public record Narrowest(String consumer, Verdict verdict, Way way) {}

  private final Map<String, DataSource> databases;
  private final SchemaShelf shelf;
  private final SchemaReader reader;
  private final Consumers consumers;

  private CompareTools(Builder builder) {
    this.databases = new TreeMap<>(builder.databases);
    this.shelf = builder.shelf;
    this.reader = builder.reader;
    this.consumers = builder.consumers;
  }

  /**
   * @param shelf where readings are kept
   */
  public static Builder builder(SchemaShelf shelf) {
    return new Builder(shelf);
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                COMPARE,
                "Compares two schemas and changes nothing: what differs, how bad that is, and which"
                    + " consumer bears it least. A side is one of the databases "
                    + String.join(", ", databases.keySet())
                    + ", or a hash that an answer of before gave. Two readings of one database show"
                    + " renames as facts.",
                Compare.class,
                Compared.class,
                (input, call) -> compare(input))
            .targeting(input -> Listing.about(system(input), Optional.empty())));
  }

  /** Grants are asked for the database that is named; kept readings belong to the first one. */
  private String system(Compare input) {
    return databases.containsKey(input.to())
        ? input.to()
        : databases.containsKey(input.from()) ? input.from() : databases.keySet().iterator().next();
  }

  /** A side's reading, and what it is kept under. */
  private record Side(SchemaReading reading, Hash hash) {}

  private Outcome compare(Compare input) {
    Optional<Side> from = Optional.empty();
    Optional<Side> to = Optional.empty();
    try {
      // Reading a catalog is dear: nothing is read for a call that is wrong.
      if (mayBe(input.from()) && mayBe(input.to())) {
        from = side(input.from());
        to = side(input.to());
      }
    } catch (SQLException e) {
      return new Outcome.Failed(
          "A catalog cannot be read (SQLSTATE "
              + e.getSQLState()
              + "): see that its login may connect and read it");
    } catch (IOException e) {
      // What the system says of it names files of the host.
      return new Outcome.Failed(
          "A reading is not what was kept, or the shelf of readings cannot be used: compare with a"
              + " database itself, and have the host look at the shelf");
    }
    if (from.isEmpty() || to.isEmpty()) {
      return new Outcome.Refused(
          "A side is none of the databases "
              + databases.keySet()
              + " and no kept reading has that hash; readings are kept by this tool");
    }
    boolean one = sameDatabase(from.get().reading(), to.get().reading(), input);
    SchemaComparison comparison =
        SchemaComparison.between(
            from.get().reading().schema(),
            to.get().reading().schema(),
            one ? Identity.ids() : Identity.names());
    List<JudgedChange> judged =
        JudgedChange.of(comparison, consumers).stream()
            .sorted(Comparator.comparing(JudgedChange::verdict).reversed())
            .toList();
    Compared answer =
        new Compared(
            from.get().hash(),
            to.get().hash(),
            one ? Told.BY_IDS : Told.BY_NAMES,
            judged.stream().map(JudgedChange::verdict).reduce(Verdict.NOOP, Verdict::join),
            Listing.page(judged, input.cursor(), input.limit()).stream()
                .map(CompareTools::difference)
                .toList(),
            judged.size(),
            Listing.next(judged, input.cursor(), input.limit()));
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  /** Two databases of one server have ids of their own, so the names have to agree as well. */
  private boolean sameDatabase(SchemaReading from, SchemaReading to, Compare input) {
    boolean two =
        databases.containsKey(input.from())
            && databases.containsKey(input.to())
            && !input.from().equals(input.to());
    return !two && from.database().equals(to.database());
  }

  private boolean mayBe(String side) {
    return databases.containsKey(side) || HASH.matcher(side).matches();
  }

  private Optional<Side> side(String name) throws SQLException, IOException {
    DataSource database = databases.get(name);
    if (database != null) {
      try (Connection connection = database.getConnection()) {
        SchemaReading reading = reader.read(connection);
        return Optional.of(new Side(reading, shelf.keep(reading)));
      }
    }
    if (!HASH.matcher(name).matches()) {
      return Optional.empty();
    }
    Hash hash = new Hash(name);
    return shelf.find(hash).map(reading -> new Side(reading, hash));
  }

  private static Difference difference(JudgedChange judged) {
    SchemaChange change = judged.change();
    Kind kind = judged.judgement().change().kind();
    Optional<String> former = Optional.empty();
    Optional<Outside> before = Optional.empty();
    Optional<Outside> after = Optional.empty();
    if (change instanceof SchemaChange.Renamed renamed) {
      former = Optional.of(shown(renamed.former()));
    } else if (change instanceof SchemaChange.Altered altered) {
      before = altered.before().map(text -> shown(altered, text));
      after = altered.after().map(text -> shown(altered, text));
    }
    return new Difference(
        change.kind(),
        judged.verdict(),
        change.subject().kind(),
        shown(change.subject()),
        former,
        before,
        after,
        kind.on(Axis.READERS),
        kind.on(Axis.NEW_READS_OLD),
        kind.on(Axis.OLD_READS_NEW),
        judged.judgement().narrowest().map(CompareTools::narrowest));
  }

  /** A default is a value: that of a column which is called like a secret is taken for one. */
  private static Outside shown(SchemaChange.Altered altered, String text) {
    return altered.property() == SchemaChange.Property.DEFAULT
        ? Outside.of(Redaction.redacted(altered.subject().part(), text))
        : Outside.of(text);
  }

  private static Narrowest narrowest(ConsumerVerdict verdict) {
    return new Narrowest(verdict.consumer().id(), verdict.verdict(), verdict.way());
  }

  private static String shown(Item item) {
    String schema = item.name().schema().isEmpty() ? "" : called(item.name().schema()) + ".";
    return schema
        + called(item.name().name())
        + (item.part().isEmpty() ? "" : "." + called(item.part()));
  }

  private static String called(String name) {
    return Handles.over(List.of(name)).shown(name);
  }

  /** What a host registers. */
  public static final class Builder {
    private final SchemaShelf shelf;
    private final Map<String, DataSource> databases = new LinkedHashMap<>();
    private SchemaReader reader = SchemaReader.ofAll();
    private Consumers consumers = Consumers.of(List.of());

    private Builder(SchemaShelf shelf) {
      this.shelf = requireNonNull(shelf, "shelf");
    }

    /**
     * A database that may be compared.
     *
     * @param system its name, which grants are asked for
     * @param source connects as a login that may read the catalog and nothing more
     */
    public Builder database(String system, DataSource source) {
      if (HASH.matcher(system).matches()) {
        throw new IllegalArgumentException("The name of a database is not that of a reading");
      }
      databases.put(requireNonNull(system, "system"), requireNonNull(source, "source"));
      return this;
    }

    public Builder reader(SchemaReader reader) {
      this.reader = requireNonNull(reader, "reader");
      return this;
    }

    public Builder consumers(Consumers consumers) {
      this.consumers = requireNonNull(consumers, "consumers");
      return this;
    }

    /**
     * @throws IllegalStateException if no database is registered
     */
    public CompareTools build() {
      if (databases.isEmpty()) {
        throw new IllegalStateException("No database to compare: call database(…)");
      }
      return new CompareTools(this);
    }
  }
}
