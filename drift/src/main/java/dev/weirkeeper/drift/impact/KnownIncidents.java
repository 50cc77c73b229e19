package dev.weirkeeper.drift.impact;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Listing;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Outcome;
import java.util.function.Function;

/** Incidents as tools are asked for them: by an id, and by what a caller may hear of. */
record KnownIncidents(LogBook book) {
  /**
   * What a tool says of an incident; a refusal if none of that id is known, or it is about
   * something else.
   *
   * @param about the table that a grant was asked for, or all of a system
   */
  Outcome answer(Hash id, Asset about, Function<Incident, Outcome> answer) {
    return book.named(id).stream()
        .filter(entry -> Listing.isAbout(entry, about))
        .flatMap(entry -> entry.body(Decided.class).stream())
        .map(Decided::incident)
        .filter(incident -> incident.id().equals(id))
        .findFirst()
        .map(answer)
        .orElseGet(
            () ->
                new Outcome.Refused(
                    "No incident "
                        + id.brief()
                        + " is known here"
                        + book.older().map(older -> "; it may be " + older).orElse("")
                        + ". Take an id from incident_list"));
  }
}
