package dev.weirkeeper.examples.server;

import dev.weirkeeper.Caller;
import java.util.Optional;

/**
 * Keeps the names of persons, of the host's own code and of agents apart: grants go by name, so
 * nobody may get the name of another kind.
 */
final class Principals {
  /** Before the name of a user of this machine. */
  static final String PERSON = "os:";

  private static final String HOST = "host:";
  private static final String PIPELINE = "pipeline";

  private Principals() {}

  /** Why an agent cannot be called that. */
  static Optional<String> objection(String agent) {
    if (agent.equals(PIPELINE) || agent.startsWith(HOST) || agent.startsWith(PERSON)) {
      return Optional.of(
          "cannot be that of an agent: "
              + PIPELINE
              + ", "
              + HOST
              + "… and "
              + PERSON
              + "… are those of the server and of persons");
    }
    try {
      new Caller(agent, Caller.Kind.AGENT);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("is refused: " + e.getMessage());
    }
  }
}
