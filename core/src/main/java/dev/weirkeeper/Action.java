package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * A call of a tool that somebody wants made.
 *
 * @param tool name of the tool
 * @param input its input in canonical form
 * @param target identity of what it acts on: an asset with its system
 */
public record Action(String tool, Json input, Asset target) {
  public Action {
    requireNonNull(tool, "tool");
    requireNonNull(input, "input");
    requireNonNull(target, "target");
  }

  private record Id(String tool, Hash schema, Json input, Asset target) {}

  /**
   * Identity of the action under a tool definition: another input schema is another action. What
   * the schema marks as a {@link Secret} is no part of it: hashes of secrets can be guessed.
   */
  public Hash id(ToolSpec spec) {
    boolean holdsSecrets = spec.inputSchema().text().contains("\"writeOnly\":true");
    return Hash.of(
        Json.of(
            new Id(tool, Hash.of(spec.inputSchema()), holdsSecrets ? shown(spec) : input, target)));
  }

  /** The input as persons and the journal see it, without secrets. */
  Json shown(ToolSpec spec) {
    return Redaction.redacted(spec.inputSchema(), input);
  }
}
