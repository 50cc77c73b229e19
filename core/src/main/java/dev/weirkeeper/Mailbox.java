package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where other threads leave commands for a pipeline. The pipeline's thread carries them out between
 * two commits; its own commands are carried out at once. Safe to share between threads.
 */
public final class Mailbox {
  private record Letter(PipelineCommand command, CompletableFuture<Outcome> answer) {}

  private final ConcurrentLinkedQueue<Letter> letters = new ConcurrentLinkedQueue<>();
  private final Clock clock;
  private volatile @Nullable Thread owner;
  private volatile @Nullable Function<PipelineCommand, Outcome> worker;

  public Mailbox(Clock clock) {
    this.clock = requireNonNull(clock, "clock");
  }

  /**
   * Has a command carried out and waits for what it comes to.
   *
   * @param deadline after it the answer is {@code Unknown} if the command had begun, and {@code
   *     Refused} if it could still be taken back
   */
  public Outcome send(PipelineCommand command, Instant deadline) {
    Function<PipelineCommand, Outcome> current = worker;
    if (current == null) {
      return new Outcome.Refused("No pipeline is running; start it, then ask again");
    }
    if (Thread.currentThread() == owner) {
      return current.apply(command);
    }
    Letter letter = new Letter(command, new CompletableFuture<>());
    letters.add(letter);
    if (worker == null) {
      close();
    }
    try {
      long wait = Math.max(0, Duration.between(clock.instant(), deadline).toMillis());
      return letter.answer().get(wait, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return letters.remove(letter)
          ? new Outcome.Refused("The pipeline did not get to it in time; nothing was done")
          : new Outcome.Unknown("The pipeline has begun with it and not finished in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return letters.remove(letter)
          ? new Outcome.Refused("The caller was interrupted; nothing was done")
          : new Outcome.Unknown("The caller was interrupted while the pipeline was at it");
    } catch (ExecutionException e) {
      return new Outcome.Unknown("The pipeline failed at it");
    }
  }

  /** Makes the calling thread the one that carries commands out. */
  void open(Function<PipelineCommand, Outcome> handler) {
    owner = Thread.currentThread();
    worker = handler;
  }

  /** Carries out what waits. */
  void empty() {
    Function<PipelineCommand, Outcome> current = requireNonNull(worker, "open");
    for (Letter letter = letters.poll(); letter != null; letter = letters.poll()) {
      try {
        letter.answer().complete(current.apply(letter.command()));
      } catch (RuntimeException e) {
        letter.answer().completeExceptionally(e);
        throw e;
      }
    }
  }

  boolean isEmpty() {
    return letters.isEmpty();
  }

  /** Refuses what waits and what comes. */
  void close() {
    worker = null;
    owner = null;
    for (Letter letter = letters.poll(); letter != null; letter = letters.poll()) {
      letter.answer().complete(new Outcome.Refused("The pipeline stopped; nothing was done"));
    }
  }
}
