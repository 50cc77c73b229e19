package dev.weirkeeper.contracts.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StreamCorruptedException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireTest {
  private static final Reply REPLY =
      new Reply(
          Reply.Kind.ROWS,
          "",
          List.of("a", "b"),
          List.of(List.of(Optional.of(new Reply.Value("grüße", 5)), Optional.empty())),
          Reply.End.SIZE);

  private static byte[] written(Reply reply) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    reply.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static Reply read(byte[] bytes) throws IOException {
    return Reply.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  @Test
  void questions_and_replies_are_read_as_they_were_written() throws IOException {
    Question question =
        new Question(
            "SELECT 1",
            List.of(
                new Question.Table(
                    "gold",
                    "orders",
                    List.of(new Question.Column("id", "INTEGER")),
                    List.of(List.of(Optional.of("1")), List.of(Optional.empty())))),
            1,
            2,
            3,
            4,
            5);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    question.write(new DataOutputStream(bytes));

    assertThat(Question.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
        .isEqualTo(question);
    assertThat(read(written(REPLY))).isEqualTo(REPLY);
  }

  @Test
  void whatever_the_sandbox_writes_is_a_reply_or_an_error_and_never_more() throws IOException {
    Random random = new Random(20261125);
    byte[] good = written(REPLY);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(read(bad).rows()).as("seed 20261125, round %s", round).hasSizeLessThan(10);
      } catch (IOException refused) {
        assertThat(refused).as("seed 20261125, round %s", round).isNotNull();
      }
    }
  }

  @Test
  void a_length_beyond_reason_and_an_answer_without_end_are_not_believed() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 0;
          }
        };

    assertThatExceptionOfType(StreamCorruptedException.class)
        .isThrownBy(() -> read(new byte[] {0x7f, 0, 0, 0}));
    assertThatExceptionOfType(StreamCorruptedException.class)
        .isThrownBy(() -> new Bounded(endless, 1000).readAllBytes());
  }
}
