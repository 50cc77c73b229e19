package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CancellationsTest {
  private final Cancellations cancellations = new Cancellations();

  @Test
  void only_the_request_that_was_cancelled_hears_of_it() {
    Cancellations.Handle one = cancellations.begin("s", "1").orElseThrow();
    Cancellations.Handle text = cancellations.begin("s", "\"1\"").orElseThrow();
    Cancellations.Handle elsewhere = cancellations.begin("t", "1").orElseThrow();

    cancellations.cancel("s", "1", Optional.of("too slow\u200b"));

    assertThat(one.get()).contains("The client cancelled the call: too slow\\u{200b}");
    assertThat(text.get()).isEmpty();
    assertThat(elsewhere.get()).isEmpty();
  }

  @Test
  void an_id_that_is_under_way_cannot_be_begun_again_until_it_is_answered() {
    Cancellations.Handle first = cancellations.begin("s", "7").orElseThrow();

    assertThat(cancellations.begin("s", "7")).isEmpty();

    first.close();
    assertThat(cancellations.begin("s", "7")).isPresent();
  }

  @Test
  void a_client_that_goes_gives_up_all_its_requests_and_the_first_reason_stays() {
    Cancellations.Handle cancelled = cancellations.begin("s", "1").orElseThrow();
    Cancellations.Handle open = cancellations.begin("s", "2").orElseThrow();
    Cancellations.Handle elsewhere = cancellations.begin("t", "2").orElseThrow();
    cancellations.cancel("s", "1", Optional.empty());

    cancellations.gone("s");

    assertThat(cancelled.get()).contains("The client cancelled the call");
    assertThat(open.get()).contains("The client has gone");
    assertThat(elsewhere.get()).isEmpty();
  }

  @Test
  void what_is_answered_is_forgotten() {
    for (int i = 0; i < 1000; i++) {
      cancellations.begin("s", String.valueOf(i)).orElseThrow().close();
      cancellations.cancel("s", String.valueOf(i), Optional.empty());
    }

    assertThat(cancellations.underWay()).isZero();
  }
}
