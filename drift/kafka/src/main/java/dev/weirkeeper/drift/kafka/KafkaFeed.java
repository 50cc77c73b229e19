package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topics of one Debezium connector. What a connector has written so far is loaded by
 * reading the topics from their beginning; what it writes from then on is the stream.
 *
 * <p>Transactions of the source are put together again if {@link Builder#transactions} names the
 * connector's transaction topic. Else a transaction is a run of records of one partition with one
 * transaction id, up to where the partition ended when it was read: then what a transaction of the
 * source did to several tables comes in parts, and a run may be longer when it is read again.
 *
 * <p>What a connector sends again after a crash is known by its place in the source's log and
 * dropped (PostgreSQL, MySQL, MariaDB, SQL Server; of others no order is known).
 *
 * <p>Kafka keeps what is not read, so a load or a pause costs the source nothing; but a topic whose
 * retention has run out has lost records, and is refused. A record that cannot be read holds its
 * partition: the table is reported with an unidentified column, which pauses it, other tables flow,
 * and {@code health()} says which record and why.
 *
 * <p>The feed may be shared; a stream is confined to one thread, which is the one that polls.
 */
public final class KafkaFeed implements Feed {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** What the topics hold. */
  public enum Form {
    /** Debezium's own envelopes. */
    ENVELOPES,
    /**
     * Records that {@code ExtractNewRecordState} has flattened; it must add {@code op}, and {@code
     * table} unless {@link Builder#table} names it.
     */
    FLATTENED
  }

  /** How keys or values are written. */
  public enum Format {
    JSON,
    AVRO,
    PROTOBUF
  }

  private final Options options;

  private KafkaFeed(Options options) {
    this.options = options;
  }

  /** What a feed was built with. */
  record Options(
      String id,
      String system,
      Map<String, Object> client,
      Set<String> topics,
      Topics.Roles roles,
      Form form,
      Format keys,
      Format values,
      Optional<SchemaRegistry> registry,
      ConnectorSettings settings,
      Map<String, String> tables,
      Map<Asset, Relation> relations,
      ConnectSchema.Nullable zeroes,
      Set<String> complete,
      Optional<String> group,
      Path folder,
      long memoryBytes,
      long fileBytes,
      int chunkRows,
      Duration idle,
      Duration patience,
      Clock clock) {

    Decoder decoder(Format format) {
      return switch (format) {
        case JSON -> new JsonDecoder();
        case AVRO -> new AvroDecoder(registry.orElseThrow());
        case PROTOBUF -> new ProtobufDecoder(registry.orElseThrow());
      };
    }

    /** The same over some of the topics, with an id of its own. */
    Options lane(int number, Set<String> its) {
      return new Options(
          id + "-lane-" + number,
          system,
          client,
          Set.copyOf(its),
          roles,
          form,
          keys,
          values,
          registry,
          settings,
          tables,
          relations,
          zeroes,
          complete,
          Optional.empty(),
          folder,
          memoryBytes,
          fileBytes,
          chunkRows,
          idle,
          patience,
          clock);
    }

    /** All topics, those that hold no rows too. */
    Set<String> all() {
      Set<String> all = new HashSet<>(topics);
      roles.transactions().ifPresent(all::add);
      roles.heartbeats().ifPresent(all::add);
      roles.schemaChanges().ifPresent(all::add);
      return all;
    }

    /** Topics that hold the rows of a table, as far as their names or the host tell. */
    boolean holds(String topic, String table) {
      return tables.containsKey(topic)
          ? table.equals(tables.get(topic))
          : topic.equals(table) || topic.endsWith("." + table);
    }
  }

  /**
   * @param id kebab-case; part of every position
   */
  public static Builder builder(String id) {
    return new Builder(id);
  }

  @Override
  public String id() {
    return options.id();
  }

  /**
   * Opens the stream. With no position it begins at the end of the topics: what they hold already
   * is read by loads.
   */
  @Override
  public Stream open(Optional<Position> after, Map<String, Relation> known)
      throws FeedException, IOException {
    return Opening.open(options, Ownership.ALONE, after, known);
  }

  Options options() {
    return options;
  }

  /** Collects what a feed needs. */
  public static final class Builder {
    private final String id;
    private @Nullable String system;
    private final Map<String, Object> client = new HashMap<>();
    private final Set<String> topics = new LinkedHashSet<>();
    private Optional<String> transactions = Optional.empty();
    private Optional<String> heartbeats = Optional.empty();
    private Optional<String> schemaChanges = Optional.empty();
    private Form form = Form.ENVELOPES;
    private Format keys = Format.JSON;
    private Format values = Format.JSON;
    private Optional<SchemaRegistry> registry = Optional.empty();
    private ConnectorSettings settings = ConnectorSettings.STANDARD;
    private final Map<String, String> tables = new HashMap<>();
    private final Map<Asset, Relation> relations = new HashMap<>();
    private ConnectSchema.Nullable zeroes = ConnectSchema.Nullable.HIDDEN;
    private final Set<String> complete = new HashSet<>();
    private Optional<String> group = Optional.empty();
    private Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    private long memoryBytes = 256L << 20;
    private long fileBytes = 16L << 30;
    private int chunkRows = 10_000;
    private Duration idle = Duration.ofSeconds(1);
    private Duration patience = Duration.ofMinutes(1);
    private Clock clock = Clock.systemUTC();

    private Builder(String id) {
      if (!ID.matcher(id).matches()) {
        throw new IllegalArgumentException("The id of a feed is kebab-case, got: " + id);
      }
      this.id = id;
    }

    /**
     * The connector to read. Required.
     *
     * @param name the source database in assets: {@code shop}
     * @param settings of Kafka's clients, {@code bootstrap.servers} and what else it takes to reach
     *     the brokers; never logged
     */
    public Builder source(String name, Map<String, ?> settings) {
      system = requireNonNull(name, "name");
      client.putAll(settings);
      return this;
    }

    /** The topics that hold rows. Required. */
    public Builder topics(List<String> names) {
      topics.addAll(names);
      return this;
    }

    /** The connector's transaction topic, {@code shop.transaction}; it has one partition. */
    public Builder transactions(String topic) {
      transactions = Optional.of(topic);
      return this;
    }

    /** The connector's heartbeat topic: it moves the position while no table changes. */
    public Builder heartbeats(String topic) {
      heartbeats = Optional.of(topic);
      return this;
    }

    /**
     * The schema change topic of a connector of MySQL or SQL Server, read as hints: {@code health}
     * says the newest of each table. Rows are believed first.
     */
    public Builder schemaChanges(String topic) {
      schemaChanges = Optional.of(topic);
      return this;
    }

    /** What the topics hold. Default: {@link Form#ENVELOPES}. */
    public Builder form(Form of) {
      form = requireNonNull(of, "form");
      return this;
    }

    /** How keys and values are written. Default: JSON, with or without a schema. */
    public Builder format(Format ofKeys, Format ofValues) {
      keys = requireNonNull(ofKeys, "ofKeys");
      values = requireNonNull(ofValues, "ofValues");
      return this;
    }

    /** Where schemas are registered; Avro and Protobuf need it. */
    public Builder registry(SchemaRegistry schemas) {
      registry = Optional.of(schemas);
      return this;
    }

    /** What the connector was told. Default: nothing. */
    public Builder settings(ConnectorSettings of) {
      settings = requireNonNull(of, "settings");
      return this;
    }

    /** The table of a topic whose records do not name theirs, or that is not named after it. */
    public Builder table(String topic, String name) {
      tables.put(topic, name);
      return this;
    }

    /** The relation of a table whose records come without a schema. */
    public Builder relation(Relation relation) {
      relations.put(
          relation.asset(),
          Relation.of(
              relation.asset(),
              Layouts.relationId(relation.asset()),
              relation.identity(),
              relation.columns()));
      return this;
    }

    /**
     * The host's word that 0, false and the empty text in Protobuf fields without presence are
     * values: the converter has {@code optional.for.nullables=true}. Without it such a value is
     * refused, for it may stand for a missing one.
     */
    public Builder nullablesAreOptional() {
      zeroes = ConnectSchema.Nullable.NO;
      return this;
    }

    /**
     * The host's word that a topic holds all of its table though older records are gone, as after a
     * snapshot that the connector took since.
     */
    public Builder complete(String topic) {
      complete.add(topic);
      return this;
    }

    /** The consumer group whose offsets mirror what is durable, for tools that show lag. */
    public Builder group(String name) {
      group = Optional.of(name);
      return this;
    }

    /** Where and how far a transaction that is larger than memory is kept. */
    public Builder spill(Path inFolder, long memory, long file) {
      folder = requireNonNull(inFolder, "folder");
      memoryBytes = memory;
      fileBytes = file;
      return this;
    }

    /** Records of one chunk of a load. */
    public Builder chunkRows(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("A chunk has at least one row, got: " + rows);
      }
      chunkRows = rows;
      return this;
    }

    /** After what time a position that moved without rows is handed out. */
    public Builder idle(Duration after) {
      idle = requireNonNull(after, "after");
      return this;
    }

    /** How long the registry may be out of reach before the stream fails. */
    public Builder patience(Duration withRegistry) {
      patience = requireNonNull(withRegistry, "withRegistry");
      return this;
    }

    public Builder clock(Clock source) {
      clock = requireNonNull(source, "clock");
      return this;
    }

    public KafkaFeed build() {
      if (system == null || !client.containsKey("bootstrap.servers")) {
        throw new IllegalStateException(
            "Feed " + id + " has no source with bootstrap.servers; call source(…)");
      }
      if (topics.isEmpty()) {
        throw new IllegalStateException("Feed " + id + " has no topics; call topics(…)");
      }
      if ((keys != Format.JSON || values != Format.JSON) && registry.isEmpty()) {
        throw new IllegalStateException(
            "Feed " + id + " reads registered schemas and has no registry; call registry(…)");
      }
      Topics.Roles roles = new Topics.Roles(transactions, heartbeats, schemaChanges);
      List<String> twice = new ArrayList<>(topics);
      twice.removeIf(topic -> roles.of(topic) == Topics.Role.ROWS);
      if (!twice.isEmpty()) {
        throw new IllegalStateException(
            "Feed " + id + ": topics of rows are for nothing else, but look at " + twice);
      }
      return new KafkaFeed(
          new Options(
              id,
              system,
              Map.copyOf(client),
              Set.copyOf(topics),
              roles,
              form,
              keys,
              values,
              registry,
              settings,
              Map.copyOf(tables),
              Map.copyOf(relations),
              zeroes,
              Set.copyOf(complete),
              group,
              folder,
              memoryBytes,
              fileBytes,
              chunkRows,
              idle,
              patience,
              clock));
    }
  }
}
