package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final List<Long> sent = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private long now;

  private Progress direct() {
    return new Progress(step -> sent.add(step.done()), Runnable::run, () -> now);
  }

  private static void step(Progress progress, long done) {
    progress.progress(done, OptionalLong.empty(), "on the way");
  }

  @Test
  void steps_are_sent_no_more_often_than_is_of_use() {
    Progress progress = direct();

    for (int i = 1; i <= 100; i++) {
      step(progress, i);
      now += Progress.INTERVAL.toNanos() / 10;
    }

    assertThat(sent).containsExactly(1L, 11L, 21L, 31L, 41L, 51L, 61L, 71L, 81L, 91L);
  }

  @Test
  void while_one_is_being_sent_only_the_newest_is_kept() {
    Progress progress = new Progress(step -> sent.add(step.done()), waiting::add, () -> now);

    step(progress, 1);
    step(progress, 2);
    step(progress, 3);
    waiting.forEach(Runnable::run);

    assertThat(waiting).hasSize(1);
    assertThat(sent).containsExactly(3L);
  }

  @Test
  void what_does_not_grow_is_left_out() {
    Progress progress = direct();

    step(progress, 5);
    now += Progress.INTERVAL.toNanos();
    step(progress, 5);
    step(progress, 4);
    step(progress, 6);

    assertThat(sent).containsExactly(5L, 6L);
  }

  @Test
  void nothing_is_sent_after_the_answer() {
    Progress progress = new Progress(step -> sent.add(step.done()), waiting::add, () -> now);
    step(progress, 1);

    progress.close();
    waiting.forEach(Runnable::run);
    now += Progress.INTERVAL.toNanos();
    step(progress, 2);

    assertThat(sent).isEmpty();
    assertThat(waiting).hasSize(1);
  }

  @Test
  void a_step_that_nobody_can_send_is_left_out_and_a_later_one_is_sent() {
    List<Boolean> busy = new ArrayList<>(List.of(true));
    Progress progress =
        new Progress(
            step -> sent.add(step.done()),
            work -> {
              if (!busy.isEmpty()) {
                busy.clear();
                throw new RejectedExecutionException("all wait");
              }
              work.run();
            },
            () -> now);

    step(progress, 1);
    now += Progress.INTERVAL.toNanos();
    step(progress, 2);

    assertThat(sent).containsExactly(2L);
  }
}
