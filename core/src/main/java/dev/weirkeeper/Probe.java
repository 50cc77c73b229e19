package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/** The answer to a question asked of the world. A failed read is never an empty one. */
public sealed interface Probe<T> {

  record Value<T>(T value) implements Probe<T> {
    public Value {
      requireNonNull(value, "value");
    }
  }

  /** It was asked, and there is nothing. */
  record Empty<T>() implements Probe<T> {}

  /** It could not be asked, or the answer could not be trusted. */
  record Unknown<T>(String why) implements Probe<T> {
    public Unknown {
      requireNonNull(why, "why");
    }
  }
}
