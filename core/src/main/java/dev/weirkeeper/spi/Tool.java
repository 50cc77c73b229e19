package dev.weirkeeper.spi;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Undo;
import java.time.Instant;
import java.util.Optional;

/**
 * A tool: its spec, and the code behind it. Declared once, it serves in-process calls, remote calls
 * and documentation.
 *
 * @param <I> record of its input
 * @param <O> record of its result
 */
public final class Tool<I extends Record, O extends Record> {

  /** What the door tells a handler about the call. */
  public interface Call {
    Hash actionId();

    Asset target();

    /** The moment after which nobody waits any more; handlers derive their time-outs from it. */
    Instant deadline();
  }

  /** The code. MUST tell {@code Failed} (nothing happened) from {@code Unknown}. */
  @FunctionalInterface
  public interface Handler<I> {
    Outcome call(I input, Call call) throws Exception;
  }

  /** Reads what the act depends on; it is read before the act and must not have moved. */
  @FunctionalInterface
  public interface Fingerprint<I> {
    String read(I input, Call call) throws Exception;
  }

  /** Reads back what was done. Empty: it is as it should be; else what is not. */
  @FunctionalInterface
  public interface Check<I> {
    Optional<String> problem(I input, Call call) throws Exception;
  }

  private final ToolSpec spec;
  private final Class<I> input;
  private final Handler<I> handler;
  private final Optional<Fingerprint<I>> fingerprint;
  private final Optional<Check<I>> check;

  private Tool(
      ToolSpec spec,
      Class<I> input,
      Handler<I> handler,
      Optional<Fingerprint<I>> fingerprint,
      Optional<Check<I>> check) {
    this.spec = requireNonNull(spec, "spec");
    this.input = requireNonNull(input, "input");
    this.handler = requireNonNull(handler, "handler");
    this.fingerprint = fingerprint;
    this.check = check;
  }

  /** A tool that reads. */
  public static <I extends Record, O extends Record> Tool<I, O> read(
      String name, String description, Class<I> input, Class<O> output, Handler<I> handler) {
    return of(
        new ToolSpec(
            name,
            description,
            Json.schemaOf(input),
            Json.schemaOf(output),
            Effect.READ,
            Repeat.SAFE,
            Undo.EXACT),
        input,
        handler);
  }

  /** A tool that changes something outside. */
  public static <I extends Record, O extends Record> Tool<I, O> write(
      String name,
      String description,
      Class<I> input,
      Class<O> output,
      Repeat repeat,
      Undo undo,
      Handler<I> handler) {
    return of(
        new ToolSpec(
            name,
            description,
            Json.schemaOf(input),
            Json.schemaOf(output),
            Effect.WRITE,
            repeat,
            undo),
        input,
        handler);
  }

  public static <I extends Record, O extends Record> Tool<I, O> of(
      ToolSpec spec, Class<I> input, Handler<I> handler) {
    return new Tool<>(spec, input, handler, Optional.empty(), Optional.empty());
  }

  public Tool<I, O> observing(Fingerprint<I> reader) {
    return new Tool<>(spec, input, handler, Optional.of(reader), check);
  }

  public Tool<I, O> verifying(Check<I> reader) {
    return new Tool<>(spec, input, handler, fingerprint, Optional.of(reader));
  }

  public ToolSpec spec() {
    return spec;
  }

  public Class<I> input() {
    return input;
  }

  public Handler<I> handler() {
    return handler;
  }

  public Optional<Fingerprint<I>> fingerprint() {
    return fingerprint;
  }

  public Optional<Check<I>> check() {
    return check;
  }
}
