package dev.weirkeeper.contracts.stream;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Position;
import dev.weirkeeper.Screened;
import dev.weirkeeper.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The verdict of a {@link Screen} on one batch: what the host may write, and what not. Call {@link
 * #done} once the host's own sink has it, and only then confirm the batch to the source.
 *
 * <p>Confined to the thread of its screen.
 *
 * @param <R> the host's type of records
 */
public final class Screening<R> {
  /**
   * A record that breaks the contract.
   *
   * @param reasons rules that it breaks, or {@link Screen#UNDECODABLE}; they quote nothing of it
   */
  public record Rejected<R>(R message, List<Violation> reasons) {
    public Rejected {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Why nothing passes.
   *
   * @param id content hash of the journal's record about it
   */
  public record Pause(Hash id, Asset asset, String reason) {
    public Pause {
      requireNonNull(id, "id");
      requireNonNull(asset, "asset");
      requireNonNull(reason, "reason");
    }
  }

  private final Screen<R> screen;
  private final Position position;
  private final List<R> accepted;
  private final List<Rejected<R>> rejected;
  private final List<Finding> drift;
  private final Optional<Pause> paused;
  private final Screened.Tally tally;
  private final Optional<Hash> checked;
  private final Map<Screen.Place, Screen.Known> moved;
  private final Map<String, Delivered.Newest> newest;

  Screening(
      Screen<R> screen,
      Position position,
      List<R> accepted,
      List<Rejected<R>> rejected,
      List<Finding> drift,
      Optional<Pause> paused,
      Screened.Tally tally,
      Optional<Hash> checked,
      Map<Screen.Place, Screen.Known> moved,
      Map<String, Delivered.Newest> newest) {
    this.screen = screen;
    this.position = position;
    this.accepted = List.copyOf(accepted);
    this.rejected = List.copyOf(rejected);
    this.drift = List.copyOf(drift);
    this.paused = paused;
    this.tally = tally;
    this.checked = checked;
    this.moved = moved;
    this.newest = newest;
  }

  /** Records that may be written, in their order; none while the screen is paused. */
  public List<R> accepted() {
    return accepted;
  }

  public List<Rejected<R>> rejected() {
    return rejected;
  }

  /** What changed in the records' schemas; beyond the tolerance if the screen is paused. */
  public List<Finding> drift() {
    return drift;
  }

  /** Why nothing passes; then neither write nor confirm anything of the batch. */
  public Optional<Pause> paused() {
    return paused;
  }

  /** How many records came and what became of them; all zero while the screen is paused. */
  public Screened.Tally tally() {
    return tally;
  }

  /** Where the source stands once the batch is finished. */
  public Position position() {
    return position;
  }

  /**
   * Closes the evidence: the host says that its own sink has the batch.
   *
   * @throws IllegalStateException if the screen is paused, the batch is done or forgotten, or one
   *     before it is not done yet
   * @throws dev.weirkeeper.JournalException if that cannot be written down; do not confirm the
   *     batch then. This may be called again
   */
  public void done() {
    screen.done(this);
  }

  Optional<Hash> checked() {
    return checked;
  }

  Map<Screen.Place, Screen.Known> moved() {
    return moved;
  }

  Map<String, Delivered.Newest> newest() {
    return newest;
  }
}
