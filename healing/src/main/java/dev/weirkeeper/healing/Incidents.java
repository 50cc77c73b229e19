package dev.weirkeeper.healing;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.TableState;
import java.util.HashMap;
import java.util.Map;
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

  /** How incidents stand at one moment. */
  Standings standings() {
    return new Standings(mailbox.view());
  }

  /** Looks at the pipeline once for all of an answer. Confined to one thread. */
  final class Standings {
    private final Optional<PipelineView> view;
    private final Map<Asset, Optional<LogBook.Entry>> newest = new HashMap<>();

    private Standings(Optional<PipelineView> view) {
      this.view = view;
    }

    Optional<PipelineView.Table> table(Asset asset) {
      return view.flatMap(seen -> seen.table(asset));
    }

    IncidentTools.Standing of(LogBook.Entry lastWord) {
      Decided decided = decided(lastWord);
      Optional<PipelineView.Table> table = table(decided.incident().asset());
      if (table.isEmpty()) {
        return IncidentTools.Standing.UNKNOWN;
      }
      TableState state = table.get().state();
      boolean waits = state.spools() || state.mode() == TableState.Mode.RESYNC_NEEDED;
      return waits
              && !(decided.decision() instanceof Decision.Dismiss)
              && isNewest(lastWord, decided.incident(), table.get())
          ? IncidentTools.Standing.OPEN
          : IncidentTools.Standing.SETTLED;
    }

    private boolean isNewest(LogBook.Entry lastWord, Incident incident, PipelineView.Table table) {
      return table
          .incident()
          .map(incident.id()::equals)
          .orElseGet(
              () ->
                  newest
                      .computeIfAbsent(incident.asset(), Incidents.this::newest)
                      .filter(entry -> entry.sequence() == lastWord.sequence())
                      .isPresent());
    }
  }

  static Decided decided(LogBook.Entry entry) {
    return entry
        .body(Decided.class)
        .orElseThrow(() -> new IllegalArgumentException("A decision is expected here"));
  }
}
