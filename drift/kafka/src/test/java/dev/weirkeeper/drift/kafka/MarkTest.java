package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Position;
import dev.weirkeeper.spi.FeedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What came before is known again. */
class MarkTest {
  private record Sent(long commit, long lsn, String digest, long millis) {
    Optional<SourceOrder> order() {
      return SourceOrder.of(Debezium.row("sequence", "[\"" + commit + "\",\"" + lsn + "\"]"));
    }
  }

  private static List<Mark.Seen> meet(List<Sent> sent) {
    List<Mark.Seen> seen = new ArrayList<>();
    Mark mark = Mark.at(0);
    int again = 0;
    for (Sent each : sent) {
      Mark.After after = mark.meet(each.order(), each.digest, each.millis, again);
      seen.add(after.seen());
      mark = after.mark();
      again = after.again();
    }
    return seen;
  }

  @Test
  void whatever_is_sent_again_from_any_place_is_known_and_nothing_else_is() {
    long seed = 4711;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<Sent> log = new ArrayList<>();
      long lsn = 100;
      for (int i = 0; i < 30; i++) {
        // Several rows of one COPY share a place, and the places of transactions interleave.
        lsn += random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(5);
        log.add(new Sent(lsn / 20, lsn, "key-" + i, 1000 + lsn / 20));
      }
      List<Sent> sent = new ArrayList<>();
      List<Mark.Seen> expected = new ArrayList<>();
      int known = 0;
      for (int at = 0; at < log.size(); at++) {
        if (at > 0 && random.nextInt(8) == 0) {
          // A crash: the connector begins again at the first event of a place.
          int back = at - 1 - random.nextInt(Math.min(at, 6));
          while (back > 0 && log.get(back - 1).lsn == log.get(back).lsn) {
            back--;
          }
          at = back;
        }
        sent.add(log.get(at));
        expected.add(at < known ? Mark.Seen.AGAIN : Mark.Seen.NEW);
        known = Math.max(known, at + 1);
      }

      assertThat(meet(sent)).as("seed %d, round %d: %s", seed, round, sent).isEqualTo(expected);
    }
  }

  @Test
  void invariant_6_a_row_without_a_key_that_is_sent_again_is_known_or_refused() {
    Sent first = new Sent(1, 10, Mark.KEYLESS + "a", 1000);
    Sent second = new Sent(2, 20, Mark.KEYLESS + "b", 1001);
    Sent beside = new Sent(2, 20, Mark.KEYLESS + "c", 1001);
    Sent third = new Sent(3, 30, Mark.KEYLESS + "b", 1002);

    assertThat(meet(List.of(first, second, beside, first, second, beside, third)))
        .containsExactly(
            Mark.Seen.NEW,
            Mark.Seen.NEW,
            Mark.Seen.NEW,
            Mark.Seen.AGAIN,
            Mark.Seen.AGAIN,
            Mark.Seen.AGAIN,
            Mark.Seen.NEW);
    assertThatThrownBy(() -> meet(List.of(first, second, second)))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("sent again or a second one");
  }

  @Test
  void invariant_8_a_log_that_went_back_while_time_went_on_is_refused() {
    assertThatThrownBy(
            () -> meet(List.of(new Sent(9, 900, "a", 1000), new Sent(1, 100, "b", 2000))))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("went back");
  }

  @Test
  void places_of_each_connector() {
    ObjectNode mysql =
        Debezium.row("file", "mysql-bin.000009", "pos", 99, "row", 1, "server_id", 7);
    SourceOrder first = SourceOrder.of(mysql).orElseThrow();
    SourceOrder next =
        SourceOrder.of(mysql.deepCopy().put("file", "mysql-bin.000010").put("pos", 4))
            .orElseThrow();
    assertThat(next.place()).isGreaterThan(first.place());
    assertThat(next.log()).isEqualTo(first.log());
    assertThat(SourceOrder.of(mysql.deepCopy().put("server_id", 8)).orElseThrow().log())
        .isNotEqualTo(first.log());
    assertThat(
            SourceOrder.of(
                Debezium.row(
                    "commit_lsn", "00000027:00000758:0005",
                    "change_lsn", "00000027:00000758:0003",
                    "event_serial_no", 1)))
        .isPresent();
    assertThat(SourceOrder.of(Debezium.row("scn", "1"))).isEmpty();
    assertThat(SourceOrder.of(Debezium.row("sequence", "[null,null]"))).isEmpty();
    assertThatThrownBy(() -> SourceOrder.of(Debezium.row("sequence", "[\"a\",\"b\"]")))
        .isInstanceOf(UnreadableException.class);
    assertThatThrownBy(() -> SourceOrder.of(Debezium.row("sequence", "no json")))
        .isInstanceOf(UnreadableException.class);
  }

  @Test
  void a_position_reads_back_as_it_was_written() throws Exception {
    Map<TopicPartition, Mark> marks =
        Map.of(
            new TopicPartition("shop.public.a-b", 11),
            new Mark(
                812,
                Optional.of(new SourceOrder("pg", "00/01")),
                "ab12",
                3,
                1_700_000_000_000L,
                Mark.Hold.YES),
            new TopicPartition("shop.public.c", 0),
            Mark.at(0));
    Vector vector =
        new Vector(
            "cluster", "7-member", 4, new TreeMap<>(Map.of("t", "id")), marks, Set.of("8:80"));

    Position position = vector.position("shop");

    assertThat(Vector.of(position)).isEqualTo(vector);
    assertThat(Vector.of(position).position("shop")).isEqualTo(position);
  }

  @Test
  void invariant_8_a_text_that_is_no_position_is_refused() {
    for (String text :
        List.of(
            "",
            "0/16B3748",
            "{}",
            "[]",
            "{\"cluster\":\"c\",\"topics\":{},\"marks\":{\"a\":{\"next\":1}}}",
            "{\"cluster\":\"c\",\"topics\":{},\"marks\":{\"a-0\":{}}}",
            "{\"cluster\":\"c\",\"topics\":{},\"marks\":{\"a-0\":{\"next\":-1}}}",
            "{\"cluster\":\"c\",\"topics\":{},\"marks\":{\"a-0\":{\"next\":\"x\"}}}",
            "{\"cluster\":\"c\",\"topics\":[],\"marks\":{}}")) {
      assertThatThrownBy(() -> Vector.of(new Position("shop", text)))
          .as(text)
          .isInstanceOf(FeedException.class);
    }
  }
}
