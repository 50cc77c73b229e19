package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MailboxTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final PipelineCommand RESUME = new PipelineCommand.Resume(ORDERS);

  private final ExecutorService others = Executors.newFixedThreadPool(8);
  private final Mailbox mailbox = new Mailbox(Clock.systemUTC());

  private static Outcome done(PipelineCommand command) {
    return new Outcome.Done(Json.of(command), Outcome.Verification.NOT_NEEDED);
  }

  private void open(Function<PipelineCommand, Outcome> handler) {
    OpenMailbox.answering(mailbox, handler);
  }

  private static Instant later() {
    return Clock.systemUTC().instant().plus(Duration.ofSeconds(50));
  }

  private void awaitLetter() {
    while (mailbox.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void stop() {
    others.shutdownNow();
  }

  @Test
  void without_a_pipeline_nothing_is_done() {
    assertThat(mailbox.send(RESUME, later())).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void the_pipeline_s_own_commands_are_carried_out_at_once() {
    open(MailboxTest::done);

    assertThat(mailbox.send(RESUME, Instant.MIN)).isEqualTo(done(RESUME));
  }

  @Test
  void a_command_of_another_thread_waits_for_the_pipeline() throws Exception {
    List<Thread> workers = new ArrayList<>();
    open(
        command -> {
          workers.add(Thread.currentThread());
          return done(command);
        });
    Future<Outcome> answer = others.submit(() -> mailbox.send(RESUME, Instant.MAX));
    awaitLetter();
    assertThat(workers).isEmpty();

    mailbox.empty();

    assertThat(answer.get()).isEqualTo(done(RESUME));
    assertThat(workers).containsExactly(Thread.currentThread());
  }

  @Test
  void a_command_that_nobody_got_to_is_taken_back() throws Exception {
    open(MailboxTest::done);
    for (Instant past : List.of(Instant.MIN, Clock.systemUTC().instant())) {
      Outcome answer = others.submit(() -> mailbox.send(RESUME, past)).get();

      assertThat(answer)
          .isEqualTo(
              new Outcome.Refused("The pipeline did not get to it in time; nothing was done"));
      assertThat(mailbox.isEmpty()).isTrue();
    }
  }

  @Test
  void a_command_that_was_begun_and_not_finished_in_time_is_unknown() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    Future<?> pipeline =
        others.submit(
            () -> {
              open(
                  command -> {
                    await(answered);
                    return done(command);
                  });
              while (answered.getCount() > 0) {
                mailbox.empty();
              }
            });
    Future<Outcome> answer =
        others.submit(
            () -> {
              Outcome outcome;
              do { // Until the pipeline gets to it before the deadline.
                outcome = mailbox.send(RESUME, Clock.systemUTC().instant().plusMillis(100));
              } while (outcome instanceof Outcome.Refused);
              return outcome;
            });

    assertThat(answer.get()).isInstanceOf(Outcome.Unknown.class);
    answered.countDown();
    pipeline.get();
  }

  @Test
  void a_caller_that_is_interrupted_takes_its_command_back() throws Exception {
    open(MailboxTest::done);
    CountDownLatch finished = new CountDownLatch(1);
    List<Object> seen = new ArrayList<>();
    Thread caller =
        new Thread(
            () -> {
              seen.add(mailbox.send(RESUME, later()));
              seen.add(Thread.currentThread().isInterrupted());
              finished.countDown();
            });
    caller.start();
    awaitLetter();
    caller.interrupt();
    await(finished);

    assertThat(seen.get(0)).isInstanceOf(Outcome.Refused.class);
    assertThat(seen.get(1)).isEqualTo(true);
    assertThat(mailbox.isEmpty()).isTrue();
  }

  @Test
  void a_command_that_is_given_up_while_it_waits_is_taken_back() throws Exception {
    open(MailboxTest::done);
    AtomicReference<Optional<String>> cancelled = new AtomicReference<>(Optional.empty());
    CallControl control = new CallControl(cancelled::get, CallControl.NONE.progress());
    Future<Outcome> answer = others.submit(() -> mailbox.send(RESUME, later(), control));
    awaitLetter();

    cancelled.set(Optional.of("The caller cancelled it"));

    assertThat(answer.get())
        .isEqualTo(new Outcome.Refused("The caller cancelled it; nothing was done"));
    assertThat(mailbox.isEmpty()).isTrue();
  }

  @Test
  void a_command_that_is_given_up_as_the_pipeline_comes_to_it_is_not_begun() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    open(
        command -> {
          begun.incrementAndGet();
          return done(command);
        });
    AtomicBoolean gone = new AtomicBoolean();
    // Only the pipeline's thread hears of it, as if it had happened between two slices.
    Thread pipeline = Thread.currentThread();
    CallControl control =
        new CallControl(
            () ->
                gone.get() && Thread.currentThread() == pipeline
                    ? Optional.of("The caller cancelled it")
                    : Optional.empty(),
            CallControl.NONE.progress());
    Future<Outcome> answer = others.submit(() -> mailbox.send(RESUME, later(), control));
    awaitLetter();
    gone.set(true);

    mailbox.empty();

    assertThat(answer.get())
        .isEqualTo(new Outcome.Refused("The caller cancelled it; nothing was done"));
    assertThat(begun).hasValue(0);
  }

  @Test
  void a_command_that_was_begun_is_waited_for_whoever_gives_it_up() throws Exception {
    AtomicBoolean gone = new AtomicBoolean();
    CountDownLatch askedAgain = new CountDownLatch(1);
    open(
        command -> {
          gone.set(true);
          await(askedAgain);
          return done(command);
        });
    CallControl control =
        new CallControl(
            () -> {
              if (gone.get()) {
                askedAgain.countDown();
                return Optional.of("The caller cancelled it");
              }
              return Optional.empty();
            },
            CallControl.NONE.progress());
    Future<Outcome> answer = others.submit(() -> mailbox.send(RESUME, later(), control));
    awaitLetter();

    mailbox.empty();

    assertThat(answer.get()).isEqualTo(done(RESUME));
  }

  @Test
  void invariant_8_a_question_that_nobody_answers_is_unknown_and_not_empty() throws Exception {
    assertThat(mailbox.ask(Backlog::ledger, later(), CallControl.NONE))
        .isInstanceOf(Probe.Unknown.class);
    assertThat(mailbox.view()).isEmpty();

    open(MailboxTest::done);
    Future<Probe<Integer>> late =
        others.submit(
            () ->
                mailbox.ask(
                    backlog -> 1, Clock.systemUTC().instant().minusSeconds(1), CallControl.NONE));

    assertThat(late.get()).isInstanceOf(Probe.Unknown.class);
    assertThat(mailbox.isEmpty()).isTrue();
  }

  @Test
  void what_waits_when_the_pipeline_stops_is_refused() throws Exception {
    open(MailboxTest::done);
    Future<Outcome> answer = others.submit(() -> mailbox.send(RESUME, later()));
    awaitLetter();

    mailbox.close();

    assertThat(answer.get())
        .isEqualTo(new Outcome.Refused("The pipeline stopped; nothing was done"));
    assertThat(mailbox.send(RESUME, later())).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void a_pipeline_that_breaks_at_a_command_tells_the_caller_nothing_but_that() throws Exception {
    open(
        command -> {
          throw new IllegalStateException("secret");
        });
    Future<Outcome> answer = others.submit(() -> mailbox.send(RESUME, later()));
    awaitLetter();

    assertThatThrownBy(mailbox::empty).isInstanceOf(IllegalStateException.class);

    assertThat(answer.get()).isEqualTo(new Outcome.Unknown("The pipeline failed at it"));
  }

  @Test
  void each_of_many_commands_is_carried_out_once_and_answered_while_pipelines_come_and_go()
      throws Exception {
    int senders = 6;
    int each = 500;
    AtomicInteger carriedOut = new AtomicInteger();
    AtomicInteger left = new AtomicInteger(senders);
    List<Callable<Integer>> work = new ArrayList<>();
    for (int s = 0; s < senders; s++) {
      work.add(
          () -> {
            int done = 0;
            for (int i = 0; i < each; i++) {
              done += mailbox.send(RESUME, later()).isDone() ? 1 : 0;
            }
            left.decrementAndGet();
            return done;
          });
    }
    List<Future<Integer>> answers = work.stream().map(others::submit).toList();

    while (left.get() > 0) {
      open(
          command -> {
            carriedOut.incrementAndGet();
            return done(command);
          });
      for (int i = 0; i < 50; i++) {
        mailbox.empty();
      }
      mailbox.close();
    }

    int answered = 0;
    for (Future<Integer> answer : answers) {
      answered += answer.get();
    }
    assertThat(carriedOut).hasValue(answered);
    assertThat(mailbox.isEmpty()).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
