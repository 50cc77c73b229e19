package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import dev.weirkeeper.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a feed says of a table's surroundings in a {@link dev.weirkeeper.Facet.Settings}, by name:
 * the words that {@link SettingsDrift} reads. A setting that was not asked for is left out; one
 * that could not be read is {@code Unknown}.
 *
 * <p>Expressions and definitions may quote values, so they are told by their hash only.
 */
public enum Setting {
  /** The relation id; empty once the table is gone. */
  TABLE("table"),
  /** The id of the relation that has the table's name; another one once tables were swapped. */
  TABLE_NAMESAKE("table.namesake"),
  /** {@code logged}, {@code unlogged} or {@code temporary}. */
  TABLE_PERSISTENCE("table.persistence"),
  TABLE_OWNER("table.owner"),
  /** Hash of the comment; empty for none. */
  TABLE_COMMENT("table.comment"),
  /**
   * The file that holds its rows and the transaction that last wrote its catalog row: {@code
   * 16402/7731}.
   */
  TABLE_STORAGE("table.storage"),
  /**
   * {@link Thing Things}: its columns. State: hash of name and type. Kind: {@code missing} if old
   * rows read a value that is kept apart. Enforcement: the transaction that last altered it.
   */
  TABLE_COLUMNS("table.columns"),
  /** {@link Thing Things}: tables that inherit from it. Their rows are not its own. */
  TABLE_CHILDREN("table.children"),
  /**
   * {@link Thing Things}: partitions, however deep. State: {@code made} within it, or by attach.
   */
  PARTITIONS("partitions"),
  /** Hash of strategy and key; empty for a table that is not partitioned. */
  PARTITION_KEY("partition.key"),
  /** {@code default}, {@code nothing}, {@code full} or {@code index}. */
  REPLICA_IDENTITY("replica-identity"),
  /** Ids of the columns that identify a row, in order, with commas; empty for none. */
  REPLICA_IDENTITY_KEY("replica-identity.key"),
  /** What makes the table a member of the publication: another one each time; empty: it is none. */
  PUBLICATION_MEMBER("publication.member"),
  /** Ids of the columns that are published; empty where all are. */
  PUBLICATION_COLUMNS("publication.columns"),
  /** Hash of the row filter; empty for none. */
  PUBLICATION_ROW_FILTER("publication.row-filter"),
  /** {@code insert,update,delete,truncate}, or those of them that are published. */
  PUBLICATION_OPERATIONS("publication.operations"),
  /** {@code true} or {@code false}. */
  PUBLICATION_VIA_ROOT("publication.via-root"),
  /** {@code off}, {@code on} or {@code forced}. */
  ROW_SECURITY("row-security"),
  /** Hash over the policies; empty for none. */
  ROW_SECURITY_POLICIES("row-security.policies"),
  /** {@code true} if it hides rows from whoever takes the snapshots. */
  ROW_SECURITY_HIDES("row-security.hides"),
  /** {@code true} if whoever takes the snapshots may read all columns. */
  GRANT_SELECT("grant.select"),
  /** {@link Thing Things}: constraints. Kind: primary, unique, foreign, check, exclusion. */
  CONSTRAINTS("constraints"),
  /** {@link Thing Things}: indexes that belong to no constraint. */
  INDEXES("indexes"),
  /** {@link Thing Things}: by column, its collation. */
  COLLATIONS("collations"),
  /** {@link Thing Things}: by column, how it is stored and compressed. */
  COLUMN_STORAGE("column.storage"),
  /** {@link Thing Things}: identity columns. */
  IDENTITY_COLUMNS("identity-columns"),
  /** {@link Thing Things}: columns with a default. Kind: constant or volatile. */
  DEFAULTS("defaults"),
  /** {@link Thing Things}: generated columns. Kind: stored or virtual. */
  GENERATED_COLUMNS("generated-columns"),
  /** {@link Thing Things}: domains that columns are of. */
  DOMAINS("domains"),
  /** {@link Thing Things}: composite types that columns are of. */
  COMPOSITES("composites"),
  /** {@link Thing Things}: extensions that types of columns come from. State: the version. */
  EXTENSIONS("extensions"),
  /**
   * What is left of the log that the feed reads: {@code reserved} … {@code lost}; empty: no slot.
   */
  SLOT("slot");

  private final String id;

  Setting(String id) {
    this.id = id;
  }

  /**
   * One of the things that a table has several of.
   *
   * @param id what stays when it is renamed
   * @param state a text or hash that is another one whenever the thing is
   * @param enforcement for constraints: whether old and new rows are held to it
   */
  public record Thing(String id, String name, String kind, String state, String enforcement) {
    public Thing {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
      requireNonNull(kind, "kind");
      requireNonNull(state, "state");
      requireNonNull(enforcement, "enforcement");
    }
  }

  private record Things(List<Thing> things) {}

  /** The name in a facet. */
  public String id() {
    return id;
  }

  /** Things as the value of a setting: in the order of their ids, so that equal lists are equal. */
  public static Probe<String> of(List<Thing> things) {
    List<Thing> sorted = new ArrayList<>(things);
    sorted.sort(Comparator.comparing(Thing::id));
    return sorted.isEmpty()
        ? new Probe.Empty<>()
        : new Probe.Value<>(Json.of(new Things(sorted)).text());
  }

  /**
   * Reads things back.
   *
   * @throws IllegalArgumentException if the text is not one of {@link #of}
   */
  static List<Thing> things(String text) {
    return Json.parse(text).as(Things.class).things();
  }
}
