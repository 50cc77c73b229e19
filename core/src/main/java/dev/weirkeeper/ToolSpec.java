package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * What a tool is, without its code.
 *
 * @param name {@code system_verb_noun}, matching {@code [a-z][a-z0-9_]{0,63}}
 * @param description what it does and when to use it, for people and models
 * @param inputSchema JSON Schema of its input
 * @param outputSchema JSON Schema of its result
 * @param inputs what its input is made of; says whether a tainted caller may use it alone
 */
public record ToolSpec(
    String name,
    String description,
    Json inputSchema,
    Json outputSchema,
    Effect effect,
    Repeat repeat,
    Undo undo,
    Inputs inputs) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

  public ToolSpec {
    if (!NAME.matcher(requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException(
          "Tool name '" + name + "' does not match [a-z][a-z0-9_]{0,63}");
    }
    requireNonNull(description, "description");
    requireNonNull(inputSchema, "inputSchema");
    requireNonNull(outputSchema, "outputSchema");
    requireNonNull(effect, "effect");
    requireNonNull(repeat, "repeat");
    requireNonNull(undo, "undo");
    requireNonNull(inputs, "inputs");
  }

  /** The same tool with another kind of input. */
  public ToolSpec with(Inputs other) {
    return new ToolSpec(name, description, inputSchema, outputSchema, effect, repeat, undo, other);
  }
}
