package dev.weirkeeper.spi;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Position;
import dev.weirkeeper.TableState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes batches, each in one atomic unit with the position behind it, and keeps what did not get
 * through: quarantine and spool. Confined to one thread. Passed by the host by hand.
 *
 * <p>Another target over the same store, opened after a close or a crash, MUST find exactly what
 * was committed. Closing twice MUST do no harm. A target that is TRANSACTIONAL holds all of the
 * following, too:
 *
 * <ul>
 *   <li>A batch that is there already MUST be a {@code Duplicate}; one that expects another
 *       position MUST be a {@code Conflict}, also when two hosts write at once. Neither leaves
 *       anything.
 *   <li>A write that fails, is stopped, is refused or dies MUST leave nothing; what was answered
 *       with {@code Applied} MUST be there.
 *   <li>A change of a row that is not there MUST be refused, except while a load is under way. A
 *       finished load MUST leave only rows that it or the stream has met since it began.
 *   <li>A spool keeps the order in which rows came. Reading it MUST remove nothing; writing what
 *       was read MUST remove it, once. A table MUST NOT go live past its spool.
 *   <li>The quarantine holds the newest bad event of a key; any later event of the key closes it. A
 *       replay MUST NOT overwrite anything newer, and MUST keep what is still bad.
 * </ul>
 */
public interface Target extends AutoCloseable {
  /** What a target can promise. Only TRANSACTIONAL ones give exactly once. */
  enum Capability {
    TRANSACTIONAL,
    ATOMIC_SWAP,
    BRANCH,
    NONE
  }

  /** What a target remembers of a feed. */
  record Resume(Position position, Map<Asset, TableState> tables) {
    public Resume {
      tables = Map.copyOf(tables);
    }
  }

  Capability capability();

  /** Position and table states, read from the target. Empty: the feed is new here. */
  Optional<Resume> resume(String feed) throws IOException;

  /**
   * Writes a batch: rows, quarantine, spool, ledger, position and table states in one unit, or
   * nothing. An answer that is lost is resolved by reading the position back, never by guessing.
   *
   * @throws IOException if nothing was written, or if it could not be found out
   */
  Commit write(Batch batch, Progress progress) throws IOException;

  /** The spool of one asset as a feed of origin DRAIN; reading it removes nothing. */
  Feed spool(String feed, Asset asset);

  /** Rows in quarantine as a feed of origin REPLAY; reading it removes nothing. */
  Feed quarantine(String feed, Asset asset, Selection selection);

  /** Rows in the spool per asset. */
  Map<Asset, Long> spooled(String feed) throws IOException;

  /** Bytes in the spool of an asset. */
  long spooledBytes(String feed, Asset asset) throws IOException;

  /** A page of open quarantine entries in the order they came, without values. */
  List<Quarantined> quarantined(String feed, Asset asset, long afterId, int limit)
      throws IOException;

  /** Sums of the ledger per asset, from its first row: each event once, when it came. */
  Map<Asset, Counts> ledger(String feed) throws IOException;

  @Override
  void close() throws IOException;

  /** Called now and then during a write; throws to stop it. */
  @FunctionalInterface
  interface Progress {
    void rows(long soFar) throws IOException;
  }

  /**
   * Which open quarantine entries a replay takes.
   *
   * @param rule only those that broke this rule; empty for all
   * @param limit at most so many
   */
  record Selection(Optional<String> rule, int limit) {}

  /**
   * An open entry of the quarantine, without its values.
   *
   * @param rules ids of the rules it broke
   * @param reason the reasons, or the SQLSTATE of the database that refused it
   */
  record Quarantined(
      long id, Asset asset, String position, long ordinal, List<String> rules, String reason) {
    public Quarantined {
      rules = List.copyOf(rules);
    }
  }
}
