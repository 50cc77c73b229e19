package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where other threads leave commands and questions for a pipeline. The pipeline's thread sees to
 * them between two commits; its own are seen to at once. What the pipeline looks like from outside,
 * its {@link #view}, is answered without it. Made before the door and the pipeline, which both need
 * it. Safe to share between threads.
 */
public final class Mailbox {
  private static final Duration LONGEST = Duration.ofDays(1);

  /** How long somebody may have given up before it is noticed. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final String STOPPED = "The pipeline stopped; nothing was done";
  private static final String BROKE = "The pipeline failed at it";

  /** Who sees to the letters: a pipeline that runs. */
  interface Worker {
    Outcome carryOut(PipelineCommand command, CallControl control);

    <T> Probe<T> answer(PipelineQuestion<T> question);

    /** Asked from any thread. */
    PipelineView view();
  }

  /** What is answered where the worker did not. */
  private record Otherwise<R>(Function<String, R> undone, Function<String, R> unclear) {}

  private static final Otherwise<Outcome> OF_COMMANDS =
      new Otherwise<>(Outcome.Refused::new, Outcome.Unknown::new);

  private record Letter<R>(Function<Worker, R> work, CompletableFuture<R> answer) {
    void seenToBy(Worker worker) {
      try {
        answer.complete(work.apply(worker));
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
        throw e;
      }
    }

    /** The answer, should it have come just now. */
    R answerOr(String unclear, Otherwise<R> otherwise) {
      try {
        R now = answer.getNow(null);
        return now == null ? otherwise.unclear().apply(unclear) : now;
      } catch (CompletionException e) {
        return otherwise.unclear().apply(BROKE);
      }
    }
  }

  private record Waiting<R>(Letter<R> letter, Runnable refuse) {}

  private final ConcurrentLinkedQueue<Waiting<?>> letters = new ConcurrentLinkedQueue<>();
  private final Clock clock;
  private volatile @Nullable Thread owner;
  private volatile @Nullable Worker worker;

  public Mailbox(Clock clock) {
    this.clock = requireNonNull(clock, "clock");
  }

  /** Has a command carried out for somebody who waits to the end. */
  public Outcome send(PipelineCommand command, Instant deadline) {
    return send(command, deadline, CallControl.NONE);
  }

  /**
   * Has a command carried out and waits for what it comes to.
   *
   * @param deadline after it (or a day, if that is sooner) the answer is {@code Unknown} if the
   *     command had begun, and {@code Refused} if it could still be taken back
   * @param control a command that is given up before it began is taken back and {@code Refused};
   *     progress is heard on the pipeline's thread
   */
  public Outcome send(PipelineCommand command, Instant deadline, CallControl control) {
    requireNonNull(command, "command");
    requireNonNull(control, "control");
    return post(
        by ->
            control
                .cancelled()
                .get()
                .<Outcome>map(why -> new Outcome.Refused(why + "; nothing was done"))
                .orElseGet(() -> by.carryOut(command, control)),
        deadline,
        control,
        OF_COMMANDS);
  }

  /**
   * Asks what only the pipeline's thread may look up, and waits for the answer.
   *
   * @param deadline after it the answer is {@code Unknown}
   * @param control a question that is given up is {@code Unknown}
   */
  public <T> Probe<T> ask(PipelineQuestion<T> question, Instant deadline, CallControl control) {
    requireNonNull(question, "question");
    requireNonNull(control, "control");
    return post(
        by ->
            control
                .cancelled()
                .get()
                .<Probe<T>>map(Probe.Unknown::new)
                .orElseGet(() -> by.answer(question)),
        deadline,
        control,
        new Otherwise<>(Probe.Unknown::new, Probe.Unknown::new));
  }

  /** What the pipeline looks like now; empty if none is running, which says nothing of tables. */
  public Optional<PipelineView> view() {
    return Optional.ofNullable(worker).map(Worker::view);
  }

  private <R> R post(
      Function<Worker, R> work, Instant deadline, CallControl control, Otherwise<R> otherwise) {
    Worker current = worker;
    if (current == null) {
      return otherwise.undone().apply("No pipeline is running; start it, then ask again");
    }
    if (Thread.currentThread() == owner) {
      return work.apply(current);
    }
    Letter<R> letter = new Letter<>(work, new CompletableFuture<>());
    Waiting<R> waiting =
        new Waiting<>(letter, () -> letter.answer().complete(otherwise.undone().apply(STOPPED)));
    letters.add(waiting);
    if (worker == null && letters.remove(waiting)) {
      return otherwise.undone().apply(STOPPED);
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisUntil(deadline));
    try {
      while (true) {
        long left = end - System.nanoTime();
        try {
          return letter.answer().get(Math.min(left, SLICE_NANOS), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          Optional<String> stop = control.cancelled().get();
          if (left <= SLICE_NANOS) {
            return letters.remove(waiting)
                ? otherwise
                    .undone()
                    .apply("The pipeline did not get to it in time; nothing was done")
                : letter.answerOr(
                    "The pipeline has begun with it and not finished in time", otherwise);
          } else if (stop.isPresent() && letters.remove(waiting)) {
            return otherwise.undone().apply(stop.get() + "; nothing was done");
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return letters.remove(waiting)
          ? otherwise.undone().apply("The caller was interrupted; nothing was done")
          : letter.answerOr("The caller was interrupted while the pipeline was at it", otherwise);
    } catch (ExecutionException e) {
      return otherwise.unclear().apply(BROKE);
    }
  }

  private long millisUntil(Instant deadline) {
    Duration wait = Duration.between(clock.instant(), deadline);
    if (wait.isNegative()) {
      return 0;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : wait.toMillis();
  }

  /** Makes the calling thread the one that sees to letters. */
  void open(Worker seesToThem) {
    owner = Thread.currentThread();
    worker = seesToThem;
  }

  /** Sees to what waits. */
  void empty() {
    Worker current = requireNonNull(worker, "open");
    // Only what waits now: whoever writes again at once must not keep the rows waiting.
    int count = letters.size();
    for (int i = 0; i < count; i++) {
      Waiting<?> next = letters.poll();
      if (next == null) {
        return;
      }
      next.letter().seenToBy(current);
    }
  }

  boolean isEmpty() {
    return letters.isEmpty();
  }

  /** Refuses what waits and what comes. */
  void close() {
    worker = null;
    owner = null;
    for (Waiting<?> next = letters.poll(); next != null; next = letters.poll()) {
      next.refuse().run();
    }
  }
}
