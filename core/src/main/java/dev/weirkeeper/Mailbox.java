package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final String STOPPED = "The pipeline stopped; nothing was done";
  private static final String BROKE = "The pipeline failed at it";

  private record Letter(PipelineCommand command, CompletableFuture<Outcome> answer) {
    /** The answer, should it have come just now. */
    Outcome answerOr(String unknown) {
      try {
        return answer.getNow(new Outcome.Unknown(unknown));
      } catch (CompletionException e) {
        return new Outcome.Unknown(BROKE);
      }
    }
  }

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
   * @param deadline after it (or a day, if that is sooner) the answer is {@code Unknown} if the
   *     command had begun, and {@code Refused} if it could still be taken back
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
    if (worker == null && letters.remove(letter)) {
      return new Outcome.Refused(STOPPED);
    }
    try {
      return letter.answer().get(millisUntil(deadline), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return letters.remove(letter)
          ? new Outcome.Refused("The pipeline did not get to it in time; nothing was done")
          : letter.answerOr("The pipeline has begun with it and not finished in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return letters.remove(letter)
          ? new Outcome.Refused("The caller was interrupted; nothing was done")
          : letter.answerOr("The caller was interrupted while the pipeline was at it");
    } catch (ExecutionException e) {
      return new Outcome.Unknown(BROKE);
    }
  }

  private long millisUntil(Instant deadline) {
    Duration wait = Duration.between(clock.instant(), deadline);
    if (wait.isNegative()) {
      return 0;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : wait.toMillis();
  }

  /** Makes the calling thread the one that carries commands out. */
  void open(Function<PipelineCommand, Outcome> handler) {
    owner = Thread.currentThread();
    worker = handler;
  }

  /** Carries out what waits. */
  void empty() {
    Function<PipelineCommand, Outcome> current = requireNonNull(worker, "open");
    // Only what waits now: whoever writes again at once must not keep the rows waiting.
    int waiting = letters.size();
    for (int i = 0; i < waiting; i++) {
      Letter letter = letters.poll();
      if (letter == null) {
        return;
      }
      try {
        letter.answer().complete(current.apply(letter.command()));
      } catch (RuntimeException | Error e) {
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
      letter.answer().complete(new Outcome.Refused(STOPPED));
    }
  }
}
