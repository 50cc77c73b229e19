package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartsTest {
  @Test
  void a_snapshot_sees_what_committed_before_it_and_nothing_that_ran() {
    XidSnapshot snapshot = XidSnapshot.parse("100:105:101,103");

    assertThat(List.of(99, 100, 102, 104)).allMatch(snapshot::sees);
    assertThat(List.of(101, 103, 105, 106)).noneMatch(snapshot::sees);
    assertThat(XidSnapshot.parse("7:7:").sees(6)).isTrue();
    assertThatThrownBy(() -> XidSnapshot.parse("7:7")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_snapshot_knows_transactions_across_the_wrap_of_their_32_bits() {
    long epoch = 3L << 32;
    XidSnapshot early = XidSnapshot.parse((epoch + 2) + ":" + (epoch + 5) + ":" + (epoch + 3));
    XidSnapshot late = XidSnapshot.parse((epoch - 3) + ":" + (epoch + 1) + ":" + (epoch - 2));

    assertThat(early.sees((int) (epoch - 10))).isTrue();
    assertThat(early.sees(2)).isTrue();
    assertThat(early.sees(3)).isFalse();
    assertThat(early.sees(5)).isFalse();
    assertThat(late.sees(-2)).isFalse();
    assertThat(late.sees(-1)).isTrue();
    assertThat(late.sees(0)).isTrue();
    assertThat(late.sees(7)).isFalse();
  }

  @Test
  void delivered_transactions_are_forgotten_once_they_are_seen() {
    Delivered delivered = new Delivered();
    for (int xid = 0; xid < 5000; xid++) {
      delivered.add(xid);
    }

    assertThat(delivered.allSeenBy(XidSnapshot.parse("4000:6000:4000,4999"))).isFalse();
    assertThat(delivered.size()).isEqualTo(2);
    assertThat(delivered.allSeenBy(XidSnapshot.parse("6000:6000:"))).isTrue();
  }

  @Test
  void type_modifiers_become_the_arguments_that_a_person_writes() {
    assertThat(TypeModifier.args("numeric", (10 << 16 | 2) + 4)).containsExactly(10, 2);
    assertThat(TypeModifier.args("numeric[]", (3 << 16 | (-2 & 0x7ff)) + 4)).containsExactly(3, -2);
    assertThat(TypeModifier.args("varchar", 24)).containsExactly(20);
    assertThat(TypeModifier.args("timestamptz", 3)).containsExactly(3);
    assertThat(TypeModifier.args("interval", 0x7fff << 16 | 2)).containsExactly(2);
    assertThat(TypeModifier.args("interval", 0x7fff << 16 | 0xffff)).isEmpty();
    assertThat(TypeModifier.args("text", -1)).isEmpty();
  }

  @Test
  void positions_are_canonical_text() throws Exception {
    PostgresPosition position = new PostgresPosition("7423000000000000001", 1, 0x0_16B3748L);

    assertThat(position.of("f").text()).isEqualTo("7423000000000000001:1:0/16B3748");
    assertThat(PostgresPosition.parse(position.of("f"))).isEqualTo(position);
    for (String wrong : List.of("", "0/1", "1:1:0/1 ", "1:1:0/1:2", "x:1:0/1")) {
      assertThatThrownBy(() -> PostgresPosition.parse(new Position("f", wrong)))
          .isInstanceOf(dev.weirkeeper.spi.FeedException.class);
    }
  }

  @Test
  void copy_lines_become_images_whatever_they_hold() throws IOException {
    long seed = 5;
    Random random = new Random(seed);
    String[] bits = {"\\", "\t", "\n", "\r", "\b", "\f", "\u000b", "N", "\\N", "a", "ü", "."};
    for (int round = 0; round < 5000; round++) {
      List<String> values = new ArrayList<>();
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < 3; column++) {
        StringBuilder value = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
          value.append(bits[random.nextInt(bits.length)]);
        }
        boolean none = random.nextInt(5) == 0;
        values.add(none ? null : value.toString());
        line.append(column == 0 ? "" : "\t").append(none ? "\\N" : escaped(value.toString()));
      }
      byte[] image = new CopyText().image((line + "\n").getBytes(StandardCharsets.UTF_8), 3);
      int[] cells = Images.cells(image, 1);
      assertThat(cells[3]).isEqualTo(image.length);
      for (int column = 0; column < 3; column++) {
        String read =
            image[cells[column]] == 'n'
                ? null
                : new String(
                    image,
                    cells[column] + 5,
                    cells[column + 1] - cells[column] - 5,
                    StandardCharsets.UTF_8);
        assertThat(read).as("seed %d, round %d", seed, round).isEqualTo(values.get(column));
      }
    }
  }

  private static String escaped(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\b", "\\b")
        .replace("\f", "\\f")
        .replace("\u000b", "\\v");
  }

  @Test
  void a_line_with_too_few_or_too_many_columns_is_refused() {
    for (String line : List.of("a\n", "a\tb\tc\n", "a\tb\\")) {
      assertThatThrownBy(() -> new CopyText().image(line.getBytes(StandardCharsets.UTF_8), 2))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void literals_and_identifiers_cannot_break_out() {
    assertThat(Catalog.quoted("a\"; DROP")).isEqualTo("\"a\"\"; DROP\"");
    assertThat(Catalog.literal("a'; DROP")).isEqualTo("'a''; DROP'");
    assertThat(Catalog.literal("\\'")).isEqualTo(" E'\\\\'''");
  }

  @Test
  void positions_of_one_log_have_an_order_and_those_of_two_have_none() {
    Position one = new Position("shop", "7:1:0/A");
    Position other = new Position("shop", "7:1:1/0");
    Position later = new Position("shop", "7:1:F0000000/0");

    assertThat(PostgresFeed.inLogOrder().compare(one, other)).isNegative();
    assertThat(PostgresFeed.inLogOrder().compare(later, other)).isPositive();
    assertThat(PostgresFeed.inLogOrder().compare(one, one)).isZero();
    for (Position elsewhere :
        List.of(
            new Position("shop", "8:1:0/A"),
            new Position("shop", "7:2:0/A"),
            new Position("other", "7:1:0/A"),
            new Position("shop", "nonsense"))) {
      assertThatThrownBy(() -> PostgresFeed.inLogOrder().compare(one, elsewhere))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void a_seal_opens_for_its_transaction_only() {
    String text = "{\"dropped\":[]}";
    // Computed by the server: see DdlTrigger.
    Seal seal = new Seal("s");
    String sealed = sealed("s", 7, text);

    assertThat(Seal.isOn(text)).isFalse();
    assertThat(Seal.isOn(sealed)).isTrue();
    assertThat(seal.opened(sealed, 7)).contains(text);
    assertThat(seal.opened(sealed, 8)).isEmpty();
    assertThat(new Seal("t").opened(sealed, 7)).isEmpty();
    assertThat(seal.opened(sealed.replace("[]", "[1]"), 7)).isEmpty();
    assertThat(Seal.opened(sealed)).isEqualTo(text);
  }

  private static String sealed(String secret, int xid, String text) {
    return sha256(secret + sha256(secret + xid + ":" + text)) + " " + text;
  }

  private static String sha256(String text) {
    return Hash.of(text.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
