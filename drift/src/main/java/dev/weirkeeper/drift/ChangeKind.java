package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Flag;
import dev.weirkeeper.Verdict;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The registry of schema changes that two versions of a relation can show: each with the kind that
 * its findings carry, its verdict and its flags. Several entries share a kind where the same change
 * is worse on one column than on another; tolerances speak of kinds.
 *
 * <p>There is no entry for the order of columns: columns are compared by identity, and a system
 * that can move a column without giving it a new identity says so by other means.
 */
public enum ChangeKind {
  TABLE_ADDED("table.added", Verdict.ADDITIVE),
  TABLE_RENAMED("table.renamed", Verdict.COMPATIBLE, Flag.RENAME),
  TABLE_SCHEMA_CHANGED("table.schema-changed", Verdict.COMPATIBLE, Flag.RENAME),
  /** The name belongs to another relation now: column ids of the two cannot be compared. */
  TABLE_SWAPPED("table.swapped", Verdict.BREAKING, Flag.RESYNC),

  KEY_ADDED("pk.added", Verdict.COMPATIBLE),
  KEY_REMOVED("pk.removed", Verdict.BREAKING),
  KEY_COLUMNS_CHANGED("pk.columns-changed", Verdict.BREAKING),
  /** There was no way to find a row again; now the whole row is one. */
  ROW_IDENTITY_WHOLE("row-identity.whole", Verdict.METADATA),
  /** Rows were found by their whole content; now they cannot be found again. */
  ROW_IDENTITY_NONE("row-identity.none", Verdict.BREAKING),

  COLUMN_UNIDENTIFIED("column.unidentified", Verdict.BREAKING),

  /** Old rows read NULL. */
  COLUMN_ADDED("column.added/nullable", Verdict.ADDITIVE),
  /** Old rows read a constant, and no row event says so. */
  COLUMN_ADDED_FILLED("column.added/filled", Verdict.ADDITIVE, Flag.BACKFILL),
  /** Old rows have values that only the source knows. */
  COLUMN_ADDED_COMPUTED("column.added/computed", Verdict.ADDITIVE, Flag.RESYNC),
  /** The log may not carry its values at all, not even those of new rows. */
  COLUMN_ADDED_GENERATED("column.added/generated", Verdict.SEMANTIC, Flag.RESYNC, Flag.INVISIBLE),
  /** Takes no NULL and nothing says what old rows have: if there are any, they were filled. */
  COLUMN_ADDED_REQUIRED("column.added/required", Verdict.BREAKING, Flag.RESYNC),

  /** Older than columns that were known before: it was there and was not captured. */
  COLUMN_APPEARED("column.added/appeared", Verdict.ADDITIVE, Flag.RESYNC, Flag.SCOPE),

  COLUMN_REMOVED("column.removed/nullable", Verdict.LOSSY),
  COLUMN_REMOVED_REQUIRED("column.removed/required", Verdict.BREAKING),
  COLUMN_REMOVED_KEY("column.removed/key", Verdict.BREAKING),
  /** Another column with the name of a removed one: its history is not that of the old one. */
  COLUMN_READDED("column.dropped-and-readded", Verdict.LOSSY, Flag.RESYNC),

  COLUMN_RENAMED("column.renamed", Verdict.COMPATIBLE, Flag.RENAME),
  /** The new name was another column's: who reads by name now reads other data. */
  COLUMN_RENAMED_OVER("column.renamed/over", Verdict.SEMANTIC, Flag.RENAME),
  /** Columns exchanged their names: who reads by name is wrong without noticing. */
  COLUMN_SWAP_RENAMED("column.swap-renamed", Verdict.BREAKING, Flag.RENAME),

  COLUMN_TYPE_WIDENED("column.type-widened", Verdict.COMPATIBLE),
  /** Values stay and their text does not: {@code float4} 0.1 is a longer {@code float8}. */
  COLUMN_TYPE_RERENDERED("column.type-widened/rerendered", Verdict.COMPATIBLE, Flag.RESYNC),
  COLUMN_TYPE_REINTERPRETED("column.type-reinterpreted", Verdict.SEMANTIC, Flag.RESYNC),
  /** The source could only do it because every value fitted. */
  COLUMN_TYPE_NARROWED("column.type-narrowed/fits", Verdict.LOSSY),
  COLUMN_TYPE_ROUNDED("column.type-narrowed/rounded", Verdict.LOSSY, Flag.RESYNC),
  COLUMN_TYPE_REPLACED("column.type-family-changed", Verdict.BREAKING, Flag.RESYNC),

  COLUMN_RELAXED("column.nullability-relaxed", Verdict.COMPATIBLE, Flag.INVISIBLE),
  KEY_COLUMN_RELAXED("column.nullability-relaxed/key", Verdict.BREAKING, Flag.INVISIBLE),
  COLUMN_TIGHTENED("column.nullability-tightened", Verdict.COMPATIBLE, Flag.INVISIBLE),

  COLUMN_DEFAULT_CHANGED("column.default-changed", Verdict.METADATA, Flag.INVISIBLE),
  COLUMN_GENERATED_ADDED("column.generated-added", Verdict.SEMANTIC, Flag.RESYNC, Flag.INVISIBLE),
  COLUMN_GENERATED_DROPPED("column.generated-dropped", Verdict.ADDITIVE, Flag.BACKFILL),
  COLUMN_COMMENT_CHANGED("column.comment-changed", Verdict.METADATA, Flag.INVISIBLE),

  /** One type with two lists of labels: the schema was read while it changed. */
  ENUM_TORN("enum.torn", Verdict.BREAKING),
  ENUM_RENAMED("enum.renamed", Verdict.COMPATIBLE, Flag.RENAME, Flag.INVISIBLE),
  ENUM_LABEL_ADDED("enum.label-added", Verdict.ADDITIVE, Flag.INVISIBLE),
  /** Not at the end: the order of the values before it and after it is a new one. */
  ENUM_LABEL_INSERTED("enum.label-added/inserted", Verdict.SEMANTIC, Flag.INVISIBLE),
  /** Stored rows read another text, and no row event says so. */
  ENUM_LABEL_RENAMED(
      "enum.label-renamed", Verdict.SEMANTIC, Flag.RENAME, Flag.RESYNC, Flag.INVISIBLE),
  ENUM_LABEL_REMOVED("enum.label-removed", Verdict.BREAKING, Flag.INVISIBLE),
  ENUM_LABELS_REORDERED("enum.labels-reordered", Verdict.SEMANTIC, Flag.INVISIBLE);

  private final String kind;
  private final @Nullable String caseName;
  private final Verdict verdict;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed; the type does not say so.
  private final Set<Flag> flags;

  ChangeKind(String kind, Verdict verdict, Flag... flags) {
    int slash = requireNonNull(kind, "kind").indexOf('/');
    this.kind = slash < 0 ? kind : kind.substring(0, slash);
    this.caseName = slash < 0 ? null : kind.substring(slash + 1);
    this.verdict = requireNonNull(verdict, "verdict");
    this.flags = Set.of(flags);
  }

  /** The kind of the findings, as tolerances and policies name it. */
  public String kind() {
    return kind;
  }

  /** Which case of the kind it is, as the taxonomy names it; empty for the only or usual one. */
  public Optional<String> caseName() {
    return Optional.ofNullable(caseName);
  }

  /** The least verdict; circumstances can make a finding worse, never better. */
  public Verdict verdict() {
    return verdict;
  }

  /** The flags that every finding of this entry has; a provisional one has that flag too. */
  public Set<Flag> flags() {
    return flags;
  }
}
