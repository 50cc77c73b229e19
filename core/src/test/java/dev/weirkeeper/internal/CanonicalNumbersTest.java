package dev.weirkeeper.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Numbers against the public test of RFC 8785's author: lines of bits and text, generated from
 * SHA-256, whose checksums are published.
 */
class CanonicalNumbersTest {
  /** Lines of the test to be checked; {@code -Dnumbers=1000000} checks them up to that checksum. */
  private static final int LINES = Integer.getInteger("numbers", 100_000);

  @ParameterizedTest
  @CsvSource({
    "1000, be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687",
    "10000, b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892",
    "100000, 22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7",
    "1000000, 49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16",
    "10000000, b9f8a44a91d46813b21b9602e72f112613c91408db0b8341fb94603d9db135e0",
    "100000000, 0f7dda6b0837dde083c5d6b896f7d62340c8a2415b0c7121d83145e08a755272"
  })
  void numbers_are_written_as_the_public_checksums_say(int lines, String checksum)
      throws Exception {
    assumeTrue(lines <= LINES, "more than -Dnumbers");
    MessageDigest written = MessageDigest.getInstance("SHA-256");
    Doubles doubles = new Doubles();

    for (int i = 0; i < lines; i++) {
      double value = doubles.next();
      written.update(
          (Long.toHexString(Double.doubleToRawLongBits(value))
                  + ','
                  + JsonWriter.number(value)
                  + '\n')
              .getBytes(StandardCharsets.US_ASCII));
    }

    assertThat(HexFormat.of().formatHex(written.digest())).isEqualTo(checksum);
  }

  @Test
  void the_digits_are_the_fewest_that_read_back() {
    long seed = 20261123;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(value) || value == 0) {
        continue;
      }
      String text = JsonWriter.number(value);
      int digits = new BigDecimal(text).stripTrailingZeros().precision();

      assertThat(Double.parseDouble(text)).as("seed %d, %s", seed, text).isEqualTo(value);
      if (digits > 1) {
        BigDecimal exact = new BigDecimal(value);
        for (RoundingMode mode : List.of(RoundingMode.DOWN, RoundingMode.UP)) {
          assertThat(exact.round(new MathContext(digits - 1, mode)).doubleValue())
              .as("seed %d, %s with a digit less", seed, text)
              .isNotEqualTo(value);
        }
      }
    }
  }

  @Test
  void powers_of_two_and_ten_read_back() {
    for (int exponent = -1074; exponent <= 1023; exponent++) {
      double value = Math.scalb(1.0, exponent);
      assertThat(Double.parseDouble(JsonWriter.number(value))).isEqualTo(value);
    }
    for (int exponent = -323; exponent <= 308; exponent++) {
      double value = Double.parseDouble("1e" + exponent);
      assertThat(new BigDecimal(JsonWriter.number(value)))
          .isEqualByComparingTo(new BigDecimal("1e" + exponent));
    }
  }

  @Test
  void what_is_no_number_of_json_is_refused() {
    for (double value : new double[] {Double.NaN, 1 / 0.0, -1 / 0.0}) {
      assertThatThrownBy(() -> JsonWriter.number(value))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** The public sequence: edge cases, 2,000 in a row, then a SHA-256 chain from 32 zero bytes. */
  private static final class Doubles {
    private static final int IN_A_ROW = 2000;
    private final List<Long> edges = edges();
    private int next;
    private byte[] block = new byte[32];
    private ByteBuffer rest = ByteBuffer.allocate(0);

    double next() throws Exception {
      int at = next++;
      if (at < edges.size()) {
        return Double.longBitsToDouble(edges.get(at));
      }
      if (at < edges.size() + IN_A_ROW) {
        return Double.longBitsToDouble(0x0010000000000000L + at - edges.size());
      }
      double value = 0;
      while (value == 0 || !Double.isFinite(value)) {
        if (!rest.hasRemaining()) {
          block = MessageDigest.getInstance("SHA-256").digest(block);
          rest = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        }
        value = rest.getDouble();
      }
      return value;
    }

    private static List<Long> edges() {
      List<Long> edges = new ArrayList<>();
      try (InputStream in =
          Objects.requireNonNull(
              CanonicalNumbersTest.class.getResourceAsStream("edge-doubles.txt"))) {
        for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
          if (!line.startsWith("#")) {
            for (String bits : line.split(" ")) {
              edges.add(Long.parseUnsignedLong(bits, 16));
            }
          }
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return edges;
    }
  }
}
