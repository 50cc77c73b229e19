package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a pipeline knows of one table. Stored by the target in the transaction of the rows.
 *
 * @param accepted the version that the target follows: its names are the target's names; empty
 *     until the target has the table
 * @param latest the newest version that the feed saw
 * @param reason why the table is not LIVE; empty for LIVE and LOADING
 * @param load the snapshot that is under way; kept while the table is paused
 */
public record TableState(
    Asset asset,
    String relationId,
    Mode mode,
    Optional<Relation> accepted,
    Relation latest,
    Optional<String> reason,
    Optional<Load> load) {

  /** How rows of the table are routed. */
  public enum Mode {
    LIVE,
    /** A snapshot is under way; rows of the stream are applied beside it. */
    LOADING,
    /** Rows go to the spool until somebody resumes the table. */
    PAUSED,
    /**
     * A plan that somebody applied is being carried out. Stored before its first step: a host that
     * dies in between goes on with it before it meets another change.
     */
    APPLYING,
    /** The spool is being emptied; new rows queue behind it. */
    DRAINING,
    /** Changes were lost: only a new load makes the table right. Rows of the stream are dropped. */
    RESYNC_NEEDED
  }

  public TableState {
    requireNonNull(asset, "asset");
    requireNonNull(relationId, "relationId");
    requireNonNull(mode, "mode");
    requireNonNull(accepted, "accepted");
    requireNonNull(latest, "latest");
    requireNonNull(reason, "reason");
    requireNonNull(load, "load");
  }

  /** A table that the feed just met and the target does not have yet. */
  public static TableState unseen(Relation relation, String reason) {
    return new TableState(
        relation.asset(),
        relation.id(),
        Mode.PAUSED,
        Optional.empty(),
        relation,
        Optional.of(reason),
        Optional.empty());
  }

  public TableState paused(String why) {
    return new TableState(asset, relationId, Mode.PAUSED, accepted, latest, Optional.of(why), load);
  }

  /** The table after changes of it could not be kept. */
  public TableState lost(String why) {
    return new TableState(
        asset,
        relationId,
        Mode.RESYNC_NEEDED,
        accepted,
        latest,
        Optional.of(why),
        Optional.empty());
  }

  public TableState in(Mode newMode) {
    return new TableState(asset, relationId, newMode, accepted, latest, Optional.empty(), load);
  }

  public TableState observed(Relation newest) {
    return new TableState(asset, relationId, mode, accepted, newest, reason, load);
  }

  public TableState accepting(Relation relation) {
    return new TableState(
        relation.asset(), relationId, mode, Optional.of(relation), latest, reason, load);
  }

  public TableState loading(Load progress) {
    return new TableState(
        asset, relationId, Mode.LOADING, accepted, latest, Optional.empty(), Optional.of(progress));
  }

  public TableState loaded() {
    return new TableState(
        asset, relationId, Mode.LIVE, accepted, latest, Optional.empty(), Optional.empty());
  }

  /** Whether rows of the stream go to the spool. */
  public boolean spools() {
    return mode == Mode.PAUSED || mode == Mode.APPLYING || mode == Mode.DRAINING;
  }
}
