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
 * @param goal the version that a plan leads to whose first act may have been done; empty when none
 *     is under way
 * @param settings what lay around the table at its source when it was last looked at and accepted;
 *     empty until it is looked at
 */
public record TableState(
    Asset asset,
    String relationId,
    Mode mode,
    Optional<Relation> accepted,
    Relation latest,
    Optional<String> reason,
    Optional<Load> load,
    Optional<Relation> goal,
    Optional<Facet.Settings> settings) {

  /** How rows of the table are routed. */
  public enum Mode {
    LIVE,
    /** A snapshot is under way; rows of the stream are applied beside it. */
    LOADING,
    /** Rows go to the spool until somebody resumes the table. */
    PAUSED,
    /**
     * A plan is being carried out. Stored before its first step: a host that dies in between goes
     * on with it before it meets another change.
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
    requireNonNull(goal, "goal");
    requireNonNull(settings, "settings");
  }

  /** A table with no plan under way and nothing known of its settings. */
  public TableState(
      Asset asset,
      String relationId,
      Mode mode,
      Optional<Relation> accepted,
      Relation latest,
      Optional<String> reason,
      Optional<Load> load) {
    this(
        asset,
        relationId,
        mode,
        accepted,
        latest,
        reason,
        load,
        Optional.empty(),
        Optional.empty());
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
    return with(Mode.PAUSED, Optional.of(why), load);
  }

  /** The table after changes of it could not be kept. */
  public TableState lost(String why) {
    return with(Mode.RESYNC_NEEDED, Optional.of(why), Optional.empty());
  }

  public TableState in(Mode newMode) {
    return with(newMode, Optional.empty(), load);
  }

  private TableState with(Mode newMode, Optional<String> why, Optional<Load> progress) {
    return new TableState(
        asset, relationId, newMode, accepted, latest, why, progress, goal, settings);
  }

  public TableState observed(Relation newest) {
    return new TableState(asset, relationId, mode, accepted, newest, reason, load, goal, settings);
  }

  /** The table once its target follows a version: whatever plan led there is done. */
  public TableState accepting(Relation relation) {
    return new TableState(
        relation.asset(),
        relationId,
        mode,
        Optional.of(relation),
        latest,
        reason,
        load,
        Optional.empty(),
        settings);
  }

  /**
   * The table as it is stored before the first act of a plan. What was lost stays lost: no plan
   * brings it back.
   */
  public TableState begun(Relation newGoal) {
    boolean lost = mode == Mode.RESYNC_NEEDED;
    return new TableState(
        asset,
        relationId,
        lost ? mode : Mode.APPLYING,
        accepted,
        latest,
        lost ? reason : Optional.empty(),
        load,
        Optional.of(newGoal),
        settings);
  }

  /** The table while a plan is carried out, or after one of which nothing was done. */
  TableState aiming(Optional<Relation> newGoal) {
    return new TableState(
        asset, relationId, mode, accepted, latest, reason, load, newGoal, settings);
  }

  public TableState surrounded(Facet.Settings newest) {
    return new TableState(
        asset, relationId, mode, accepted, latest, reason, load, goal, Optional.of(newest));
  }

  /** A load that begins takes the settings as they are then: what was known before is forgotten. */
  public TableState loading(Load progress) {
    return new TableState(
        asset,
        relationId,
        Mode.LOADING,
        accepted,
        latest,
        Optional.empty(),
        Optional.of(progress),
        goal,
        progress.equals(Load.begin(asset)) ? Optional.empty() : settings);
  }

  public TableState loaded() {
    return with(Mode.LIVE, Optional.empty(), Optional.empty());
  }

  /**
   * Where the plan leads that is to be carried out next: to the end of one that was begun, first.
   */
  public Relation next() {
    return goal.orElse(latest);
  }

  /** Whether rows of the stream go to the spool. */
  public boolean spools() {
    return mode == Mode.PAUSED || mode == Mode.APPLYING || mode == Mode.DRAINING;
  }
}
