package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a table was like over a window of time.
 *
 * @param state nothing is concluded from a window that still grows
 */
public record ProfileWindow(Instant from, Instant until, State state, TableProfile profile) {
  /** The kind of the facet that carries it. Its body holds values of rows: it is for no log. */
  public static final String FACET = "profile-window";

  /** Whether the window is over. */
  public enum State {
    OPEN,
    CLOSED
  }

  private record Body(Instant from, Instant until, State state, String profile) {}

  public ProfileWindow {
    requireNonNull(from, "from");
    requireNonNull(until, "until");
    requireNonNull(state, "state");
    requireNonNull(profile, "profile");
    if (until.isBefore(from)) {
      throw new IllegalArgumentException(
          "A window ends after it began, got one from " + from + " until " + until);
    }
  }

  /** A window that is over. */
  public static ProfileWindow closed(Instant from, Instant until, TableProfile profile) {
    return new ProfileWindow(from, until, State.CLOSED, profile);
  }

  public Facet facet() {
    return new Facet.Extension(
        FACET,
        Json.of(
            new Body(from, until, state, Base64.getEncoder().encodeToString(profile.encoded()))));
  }

  /** What {@link ProfileDrift} takes. */
  public Observation observation(Asset asset, Optional<Position> position) {
    return new Observation(asset, until, position, List.of(facet()));
  }

  /**
   * The window that an observation carries; empty if none.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  public static Optional<ProfileWindow> in(Observation observation) {
    return Facets.body(observation, FACET)
        .map(
            body -> {
              Body read = body.as(Body.class);
              return new ProfileWindow(
                  read.from,
                  read.until,
                  read.state,
                  TableProfile.decoded(Facets.bytes(read.profile)));
            });
  }
}
