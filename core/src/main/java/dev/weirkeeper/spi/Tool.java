package dev.weirkeeper.spi;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Settlement;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Undo;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

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

    /**
     * What the {@link Fingerprint} read before the act, for a compare-and-set under the lock that
     * the handler takes; empty where the tool has none.
     */
    Optional<String> state();

    /**
     * How many rows the call may touch at most: what the tool said beforehand and was drawn from
     * the budget. A handler holds itself to it in its own transaction, since the data may have
     * changed after it was asked; empty where rows are not budgeted.
     */
    default OptionalLong rows() {
      return OptionalLong.empty();
    }

    /**
     * Why the call must go no further: somebody threw the kill switch, the grant was revoked, or
     * the deadline is over. A handler asks before its point of no return; empty: go on.
     */
    Optional<String> stop();

    /** The moment after which nobody waits any more; handlers derive their time-outs from it. */
    Instant deadline();

    /** Says how far the call has come, see {@link ProgressListener#progress}. Returns at once. */
    default void progress(long done, OptionalLong total, String what) {}
  }

  /**
   * The code. MUST tell {@code Failed} (nothing happened) from {@code Unknown}. What cannot be done
   * MUST be an outcome, {@code Refused} or {@code Failed}, for any input that is valid, and not an
   * exception. One that changes something MUST NOT begin once the call is stopped or late. What is
   * {@code Done} has the members of the output schema.
   */
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

  /** Says how many rows a call may touch at most. Unknown is refused where rows are budgeted. */
  @FunctionalInterface
  public interface Rows<I> {
    Probe<Long> touched(I input, Call call) throws Exception;
  }

  /** What else a tool may have. */
  private record Extras<I>(
      Optional<Fingerprint<I>> fingerprint,
      Optional<Check<I>> check,
      Optional<Rows<I>> rows,
      Optional<String> settledBy,
      Optional<Function<I, Asset>> target) {
    static <I> Extras<I> none() {
      return new Extras<>(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  private final ToolSpec spec;
  private final Class<I> input;
  private final Handler<I> handler;
  private final Extras<I> extras;

  private Tool(ToolSpec spec, Class<I> input, Handler<I> handler, Extras<I> extras) {
    this.spec = requireNonNull(spec, "spec");
    this.input = requireNonNull(input, "input");
    this.handler = requireNonNull(handler, "handler");
    this.extras = extras;
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
            Undo.EXACT,
            Inputs.IDS),
        input,
        handler);
  }

  /**
   * A tool that changes something outside. Its input counts as text that the caller words, see
   * {@link #takingIds}.
   */
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
            undo,
            Inputs.TEXT),
        input,
        handler);
  }

  public static <I extends Record, O extends Record> Tool<I, O> of(
      ToolSpec spec, Class<I> input, Handler<I> handler) {
    return new Tool<>(spec, input, handler, Extras.none());
  }

  /** The same tool, whose input holds only ids that the host issued and names of what exists. */
  public Tool<I, O> takingIds() {
    return new Tool<>(spec.with(Inputs.IDS), input, handler, extras);
  }

  /**
   * Says what an input is about, so that remote callers name a table once and an action cannot be
   * addressed to anything else: grants, limits and approvals go by the target. MUST be pure.
   */
  public Tool<I, O> targeting(Function<I, Asset> target) {
    return with(
        new Extras<>(
            extras.fingerprint, extras.check, extras.rows, extras.settledBy, Optional.of(target)));
  }

  public Tool<I, O> observing(Fingerprint<I> reader) {
    return with(
        new Extras<>(
            Optional.of(reader), extras.check, extras.rows, extras.settledBy, extras.target));
  }

  public Tool<I, O> verifying(Check<I> reader) {
    return with(
        new Extras<>(
            extras.fingerprint, Optional.of(reader), extras.rows, extras.settledBy, extras.target));
  }

  /**
   * Without it a call counts as one that touches no rows: it changes a schema, a route, a state.
   */
  public Tool<I, O> touching(Rows<I> bound) {
    return with(
        new Extras<>(
            extras.fingerprint, extras.check, Optional.of(bound), extras.settledBy, extras.target));
  }

  /**
   * Names the READ tool that says what a {@code Pending} call came to. Its input is a {@link
   * Settlement.Query}, its result a {@link Settlement}.
   */
  public Tool<I, O> settledBy(String readTool) {
    return with(
        new Extras<>(
            extras.fingerprint, extras.check, extras.rows, Optional.of(readTool), extras.target));
  }

  private Tool<I, O> with(Extras<I> more) {
    return new Tool<>(spec, input, handler, more);
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
    return extras.fingerprint;
  }

  public Optional<Check<I>> check() {
    return extras.check;
  }

  public Optional<Rows<I>> rows() {
    return extras.rows;
  }

  public Optional<String> settledBy() {
    return extras.settledBy;
  }

  /** What an input is about; empty where the caller has to say it. */
  public Optional<Function<I, Asset>> target() {
    return extras.target;
  }
}
