package dev.weirkeeper.drift.profile;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * Reads what {@link ByteWriter} wrote, and refuses anything else: each length is checked against
 * the bytes that are left before anything is allocated. Messages quote nothing of the content.
 */
final class ByteParser {
  private final ByteBuffer bytes;

  ByteParser(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  int int8() {
    require(1);
    return bytes.get() & 0xff;
  }

  int int32() {
    require(4);
    return bytes.getInt();
  }

  long int64() {
    require(8);
    return bytes.getLong();
  }

  /** A count: no negative number. */
  long count() {
    long value = int64();
    if (value < 0) {
      throw malformed("a count is negative");
    }
    return value;
  }

  /** A number of things that take at least so many bytes each. */
  int size(int bytesEach) {
    int value = int32();
    if (value < 0 || (long) value * bytesEach > bytes.remaining()) {
      throw malformed("a length goes beyond its end");
    }
    return value;
  }

  Instant moment() {
    try {
      return Instant.parse(text());
    } catch (DateTimeParseException e) {
      throw malformed("a moment in it is none");
    }
  }

  double float64() {
    return Double.longBitsToDouble(int64());
  }

  double[] float64s() {
    double[] values = new double[size(8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = float64();
    }
    return values;
  }

  byte[] block() {
    byte[] value = new byte[size(1)];
    bytes.get(value);
    return value;
  }

  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(block())).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "The profile is damaged: a text in it is not UTF-8. Build it anew", e);
    }
  }

  /** A constant of an enum by its name. */
  <E extends Enum<E>> E constant(Class<E> type) {
    String name = text();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    throw malformed("it holds a " + type.getSimpleName() + " that this version does not know");
  }

  void requireEnd() {
    if (bytes.hasRemaining()) {
      throw malformed("something follows its end");
    }
  }

  static IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException(
        "The profile is damaged: " + what + ". Build it anew from the data");
  }

  private void require(int more) {
    if (bytes.remaining() < more) {
      throw malformed("it ends too early");
    }
  }
}
