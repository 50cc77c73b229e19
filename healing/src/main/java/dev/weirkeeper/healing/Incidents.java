package dev.weirkeeper.healing;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Hash;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.TableState;
import java.util.Optional;
import java.util.function.Predicate;

/** Which decisions speak for their incident, and whether it still is open. */
final class Incidents {
  private final LogBook book;
  private final Mailbox mailbox;

  Incidents(LogBook book, Mailbox mailbox) {
    this.book = book;
    this.mailbox = mailbox;
  }

  /** The last word about the newest incident of an asset. */
  Optional<LogBook.Entry> newest(Asset asset) {
    return first(entry -> entry.record().asset().equals(Optional.of(asset)));
  }

  /** The last word about an incident. */
  Optional<LogBook.Entry> of(Hash incident) {
    return book.named(incident).stream()
        .filter(book::isLastWord)
        .filter(entry -> decided(entry).incident().id().equals(incident))
        .reduce((earlier, later) -> later);
  }

  private Optional<LogBook.Entry> first(Predicate<LogBook.Entry> which) {
    return book
        .page(entry -> which.test(entry) && book.isLastWord(entry), Optional.empty(), 1)
        .entries()
        .stream()
        .findFirst();
  }

  IncidentTools.Standing standing(LogBook.Entry lastWord) {
    Decided decided = decided(lastWord);
    Asset asset = decided.incident().asset();
    Optional<PipelineView.Table> table = mailbox.view().flatMap(view -> view.table(asset));
    if (table.isEmpty()) {
      return IncidentTools.Standing.UNKNOWN;
    }
    TableState state = table.get().state();
    boolean waits = state.spools() || state.mode() == TableState.Mode.RESYNC_NEEDED;
    boolean newest =
        table
            .get()
            .incident()
            .map(decided.incident().id()::equals)
            .orElseGet(
                () ->
                    newest(asset)
                        .filter(
                            entry -> entry.receipt().sequence() == lastWord.receipt().sequence())
                        .isPresent());
    return waits && newest && !(decided.decision() instanceof Decision.Dismiss)
        ? IncidentTools.Standing.OPEN
        : IncidentTools.Standing.SETTLED;
  }

  static Decided decided(LogBook.Entry entry) {
    return entry
        .body(Decided.class)
        .orElseThrow(() -> new IllegalArgumentException("A decision is expected here"));
  }
}
