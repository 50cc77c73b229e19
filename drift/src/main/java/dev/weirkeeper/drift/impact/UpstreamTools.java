package dev.weirkeeper.drift.impact;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.List;
import java.util.Optional;

/**
 * What the owners of a source could do instead of a change, as a tool: {@code drift_upstream}. It
 * is worked out from the findings each time and kept nowhere. Safe to share between threads.
 */
public final class UpstreamTools implements ToolRegistry {
  public static final String UPSTREAM = "drift_upstream";

  private static final int MOST = 20;

  /**
   * Input of {@code drift_upstream}.
   *
   * @param incident id that {@code incident_list} shows
   * @param table name the table, too, where a grant covers only that
   */
  public record AskUpstream(Hash incident, Optional<String> table) {
    public AskUpstream {
      requireNonNull(incident, "incident");
      requireNonNull(table, "table");
    }
  }

  /**
   * Proposals to the owners of a source.
   *
   * @param proposals one for each change that readers do not bear and of which a better way is
   *     known, at most 20
   * @param others findings without a proposal: harmless, or of a kind without a better way
   */
  public record Upstream(
      Hash incident, String table, List<UpstreamProposal> proposals, int others, String next) {
    public Upstream {
      proposals = List.copyOf(proposals);
    }
  }

  private final String sourceSystem;
  private final LogBook book;

  /**
   * @param sourceSystem the system of the pipeline's tables
   */
  public UpstreamTools(String sourceSystem, LogBook book) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.book = requireNonNull(book, "book");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                UPSTREAM,
                "Says what the owners of the source could do instead of the changes of an incident"
                    + " that readers do not bear: the same end by expand and contract, step by"
                    + " step. Take the id from incident_list; hand the text to a person, who talks"
                    + " to the owners.",
                AskUpstream.class,
                Upstream.class,
                (input, call) -> upstream(input, call.target()))
            .targeting(input -> Listing.about(sourceSystem, input.table())));
  }

  private Outcome upstream(AskUpstream input, Asset about) {
    Optional<Incident> found =
        book.named(input.incident()).stream()
            .filter(entry -> Listing.isAbout(entry, about))
            .flatMap(entry -> entry.body(Decided.class).stream())
            .map(Decided::incident)
            .filter(incident -> incident.id().equals(input.incident()))
            .findFirst();
    if (found.isEmpty()) {
      return new Outcome.Refused(
          "No incident "
              + input.incident().brief()
              + " is known here"
              + book.older().map(older -> "; it may be " + older).orElse("")
              + ". Take an id from incident_list");
    }
    List<Finding> findings = found.get().findings();
    List<UpstreamProposal> proposals =
        findings.stream().flatMap(finding -> UpstreamProposal.of(finding).stream()).toList();
    return new Outcome.Done(
        Json.of(
            new Upstream(
                input.incident(),
                Handles.qualified(found.get().asset().name()),
                proposals.stream().limit(MOST).toList(),
                findings.size() - proposals.size(),
                proposals.isEmpty()
                    ? "Nothing is proposed: no change of it is worse than compatible, or no better"
                        + " way is known"
                    : "A person takes it to the owners of the source; nothing here changes a"
                        + " source")),
        Outcome.Verification.NOT_NEEDED);
  }
}
