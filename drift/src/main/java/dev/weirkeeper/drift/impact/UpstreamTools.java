package dev.weirkeeper.drift.impact;

import static java.util.Objects.requireNonNull;

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
  private final KnownIncidents incidents;

  /**
   * @param sourceSystem the system of the pipeline's tables
   */
  public UpstreamTools(String sourceSystem, LogBook book) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.incidents = new KnownIncidents(requireNonNull(book, "book"));
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
                (input, call) ->
                    incidents.answer(input.incident(), call.target(), UpstreamTools::upstream))
            .targeting(input -> Listing.about(sourceSystem, input.table())));
  }

  private static Outcome upstream(Incident incident) {
    List<Finding> findings = incident.findings();
    List<UpstreamProposal> proposals =
        findings.stream().flatMap(finding -> UpstreamProposal.of(finding).stream()).toList();
    return new Outcome.Done(
        Json.of(
            new Upstream(
                incident.id(),
                Handles.qualified(incident.asset().name()),
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
