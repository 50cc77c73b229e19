package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.RowBatch;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PgOutputTest {
  private final Recorder recorder = new Recorder();

  /** Writes what it gets as text. */
  private static final class Recorder implements PgOutput.Receiver {
    final List<String> seen = new ArrayList<>();

    @Override
    public void begin(long committedAt, int xid, long commit) {
      seen.add("begin " + committedAt + " " + xid);
    }

    @Override
    public void commit(long end) {
      seen.add("commit " + end);
    }

    @Override
    public void relation(WireRelation relation) {
      seen.add(relation.toString());
    }

    @Override
    public void row(RowBatch.Op op, int relation, byte[] data, int at, int length)
        throws IOException {
      Images.normalise(data, at, length, new boolean[] {true, false});
      seen.add(
          op
              + " "
              + relation
              + " "
              + new String(data, at, length, StandardCharsets.ISO_8859_1)
                  .replaceAll("[\\x00-\\x1f]", "."));
    }

    @Override
    public void truncate(int[] relations) {
      seen.add("truncate " + Arrays.toString(relations));
    }

    @Override
    public void message(String prefix, byte[] data, int at, int length) {
      seen.add("message " + prefix + " " + new String(data, at, length, StandardCharsets.UTF_8));
    }
  }

  /** Writes a message field by field. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    Message(char kind) throws IOException {
      out.writeByte(kind);
    }

    Message i8(int value) throws IOException {
      out.writeByte(value);
      return this;
    }

    Message i16(int value) throws IOException {
      out.writeShort(value);
      return this;
    }

    Message i32(int value) throws IOException {
      out.writeInt(value);
      return this;
    }

    Message i64(long value) throws IOException {
      out.writeLong(value);
      return this;
    }

    Message text(String value) throws IOException {
      out.write(value.getBytes(StandardCharsets.UTF_8));
      out.writeByte(0);
      return this;
    }

    Message value(String value) throws IOException {
      byte[] data = value.getBytes(StandardCharsets.UTF_8);
      out.writeByte('t');
      out.writeInt(data.length);
      out.write(data);
      return this;
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }
  }

  private void decode(Message message) throws IOException {
    // Within a larger array, as the driver may give it.
    byte[] padded = new byte[message.bytes().length + 7];
    System.arraycopy(message.bytes(), 0, padded, 5, message.bytes().length);
    PgOutput.decode(ByteBuffer.wrap(padded, 5, message.bytes().length), recorder);
  }

  @Test
  void every_kind_of_message_is_decoded() throws IOException {
    decode(new Message('B').i64(99).i64(123).i32(7));
    decode(new Message('O').i64(1).text("origin"));
    decode(new Message('Y').i32(9).text("public").text("mood"));
    decode(
        new Message('R').i32(5).text("").text("pg").i8('f').i16(1).i8(1).text("c").i32(23).i32(-1));
    decode(new Message('I').i32(5).i8('N').i16(2).value("a").i8('n'));
    decode(new Message('U').i32(5).i8('N').i16(2).value("a").i8('u'));
    decode(
        new Message('U')
            .i32(5)
            .i8('K')
            .i16(2)
            .value("k")
            .i8('n')
            .i8('N')
            .i16(2)
            .value("a")
            .i8('n'));
    decode(
        new Message('U')
            .i32(5)
            .i8('O')
            .i16(2)
            .value("k")
            .i8('n')
            .i8('N')
            .i16(2)
            .value("a")
            .i8('n'));
    decode(new Message('D').i32(5).i8('K').i16(2).value("k").i8('n'));
    decode(new Message('D').i32(5).i8('O').i16(2).value("k").i8('n'));
    decode(new Message('T').i32(2).i8(3).i32(5).i32(6));
    decode(new Message('M').i8(1).i64(4).text("p").i32(2).i8('h').i8('i'));
    decode(new Message('M').i8(0).i64(4).text("outside").i32(0));
    decode(new Message('C').i8(0).i64(1).i64(200).i64(123));

    assertThat(recorder.seen)
        .containsExactly(
            "begin 123 7",
            "WireRelation[oid=5, schema=pg_catalog, name=pg, identity=f,"
                + " columns=[WireColumn[name=c, typeOid=23, typeModifier=-1, key=true]]]",
            "INSERT 5 A..t....an",
            "UPDATE 5 A..t....au",
            "UPDATE 5 B..t....k-A..t....an",
            "UPDATE 5 B..t....knA..t....an",
            "DELETE 5 A..t....k-",
            "DELETE 5 A..t....kn",
            "truncate [5, 6]",
            "message p hi",
            "commit 200");
  }

  @Test
  void an_unknown_kind_is_refused() {
    assertThatThrownBy(() -> decode(new Message('S').i32(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unknown kind");
  }

  @Test
  void a_message_that_is_cut_or_garbled_is_an_io_exception_and_nothing_else() throws IOException {
    List<byte[]> messages =
        List.of(
            new Message('R')
                .i32(5)
                .text("s")
                .text("t")
                .i8('d')
                .i16(1)
                .i8(1)
                .text("c")
                .i32(23)
                .i32(-1)
                .bytes(),
            new Message('U')
                .i32(5)
                .i8('K')
                .i16(2)
                .value("k")
                .i8('n')
                .i8('N')
                .i16(2)
                .value("abc")
                .i8('n')
                .bytes(),
            new Message('T').i32(2).i8(3).i32(5).i32(6).bytes(),
            new Message('M').i8(1).i64(4).text("p").i32(2).i8('h').i8('i').bytes(),
            new Message('C').i8(0).i64(1).i64(200).i64(123).bytes());
    long seed = 11;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] original = messages.get(random.nextInt(messages.size()));
      byte[] broken = Arrays.copyOf(original, 1 + random.nextInt(original.length));
      if (broken.length > 1 && random.nextBoolean()) {
        broken[1 + random.nextInt(broken.length - 1)] = (byte) random.nextInt();
      }
      try {
        PgOutput.decode(ByteBuffer.wrap(broken), recorder);
      } catch (IOException expected) {
        assertThat(expected.getMessage()).startsWith("The log holds");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
  }
}
