package dev.weirkeeper.drift;

import dev.weirkeeper.Flag;
import dev.weirkeeper.Verdict;
import java.util.EnumSet;
import java.util.Set;

/** What can change around a table, with the verdict and the flags of its findings. */
enum SettingKind {
  TABLE_REMOVED("table.removed", Verdict.BREAKING),
  /** Its name belongs to another table, whose rows nobody reads. */
  TABLE_SWAPPED("table.swapped", Verdict.BREAKING, Flag.RESYNC),
  /** Its rows are not in the log any more. */
  TABLE_UNLOGGED("table.persistence", Verdict.BREAKING, Flag.RESYNC),
  TABLE_LOGGED("table.persistence", Verdict.METADATA),
  TABLE_REWRITTEN("table.rewritten", Verdict.SEMANTIC, Flag.RESYNC),
  TABLE_INHERITED("table.inheritance", Verdict.BREAKING, Flag.SCOPE),
  TABLE_DISINHERITED("table.inheritance", Verdict.SEMANTIC, Flag.SCOPE),
  TABLE_COMMENT("table.comment-changed", Verdict.METADATA),
  OWNER_CHANGED("owner.changed", Verdict.METADATA, Flag.GOVERNANCE),

  /** It was empty when it came, so all its rows are in the log. */
  PARTITION_CREATED("partition.created", Verdict.ADDITIVE),
  /** Its rows came or went with it, and no row event says so. */
  PARTITION_MOVED("partition.moved", Verdict.SEMANTIC, Flag.RESYNC),
  PARTITION_KEY("partition.key-changed", Verdict.BREAKING, Flag.RESYNC),

  IDENTITY_LOST("replica-identity.lost", Verdict.BREAKING),
  IDENTITY_WIDENED("replica-identity.widened", Verdict.METADATA),

  /** From here on nothing of the table comes, and silence looks like health. */
  UNPUBLISHED("publication.table-dropped", Verdict.BREAKING, Flag.RESYNC, Flag.SCOPE),
  COLUMNS_NARROWED("publication.columns", Verdict.LOSSY, Flag.RESYNC, Flag.SCOPE),
  COLUMNS_WIDENED("publication.columns", Verdict.METADATA, Flag.SCOPE),
  ROWS_FILTERED("publication.row-filter", Verdict.LOSSY, Flag.RESYNC, Flag.SCOPE),
  OPERATIONS_LEFT_OUT("publication.operations", Verdict.LOSSY, Flag.RESYNC, Flag.SCOPE),
  OPERATIONS_ADDED("publication.operations", Verdict.METADATA, Flag.SCOPE),
  VIA_ROOT("publication.via-root", Verdict.BREAKING, Flag.RESYNC, Flag.SCOPE),

  /** Snapshots would miss rows; they are refused. */
  ROWS_HIDDEN("row-security.changed", Verdict.BREAKING, Flag.GOVERNANCE),
  ROWS_GUARDED("row-security.changed", Verdict.SEMANTIC, Flag.GOVERNANCE),
  ROWS_UNGUARDED("row-security.changed", Verdict.METADATA, Flag.GOVERNANCE),
  GRANT_REVOKED("grant.revoked", Verdict.SEMANTIC, Flag.GOVERNANCE),

  PK_RENAMED("pk.renamed", Verdict.NOOP),
  UNIQUE_ADDED("unique.added", Verdict.COMPATIBLE),
  UNIQUE_REMOVED("unique.removed", Verdict.COMPATIBLE),
  FK_ADDED("fk.added", Verdict.COMPATIBLE),
  FK_REMOVED("fk.removed", Verdict.COMPATIBLE),
  FK_CHANGED("fk.changed", Verdict.COMPATIBLE),
  CHECK_ADDED("check.added", Verdict.COMPATIBLE),
  CHECK_REMOVED("check.removed", Verdict.COMPATIBLE),
  EXCLUSION("exclusion.changed", Verdict.METADATA),
  /** What no constraint holds any more may be in the rows from now on. */
  ENFORCEMENT_WEAKENED("constraint.enforcement", Verdict.SEMANTIC),
  ENFORCEMENT_CHANGED("constraint.enforcement", Verdict.COMPATIBLE),
  INDEX_ADDED("index.added", Verdict.NOOP),
  INDEX_REMOVED("index.removed", Verdict.NOOP),
  INDEX_CHANGED("index.changed", Verdict.NOOP),

  COLLATION("column.collation", Verdict.SEMANTIC),
  /** Rows are found by values that compare otherwise now. */
  KEY_COLLATION("column.collation", Verdict.BREAKING),
  STORAGE("column.storage", Verdict.NOOP),
  IDENTITY_COLUMN("column.identity", Verdict.METADATA),
  DEFAULT_CHANGED("column.default-changed", Verdict.METADATA),
  DEFAULT_VOLATILE("column.default-volatile", Verdict.METADATA),
  /** The log does not carry it, so a mirror has nothing to lose by it and nothing to show of it. */
  GENERATED_ADDED("column.generated-added", Verdict.METADATA, Flag.INVISIBLE),
  GENERATED_REMOVED("column.removed", Verdict.METADATA, Flag.INVISIBLE),
  /** It is a plain column now, and rows have values in it that no log told. */
  GENERATED_DROPPED("column.generated-dropped", Verdict.ADDITIVE, Flag.RESYNC),
  GENERATED_EXPRESSION("column.generated-expression", Verdict.METADATA, Flag.INVISIBLE),
  DOMAIN("domain.changed", Verdict.COMPATIBLE),
  COMPOSITE("composite.changed", Verdict.BREAKING),
  EXTENSION("extension.upgraded", Verdict.SEMANTIC),

  SLOT_LOST("slot.lost", Verdict.BREAKING, Flag.RESYNC);

  final String kind;
  final Verdict verdict;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed; the type does not say so.
  final Set<Flag> flags;

  SettingKind(String kind, Verdict verdict, Flag... flags) {
    this.kind = kind;
    this.verdict = verdict;
    Set<Flag> all = EnumSet.of(Flag.PROVISIONAL, flags);
    this.flags = Set.copyOf(all);
  }
}
