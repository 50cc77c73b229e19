package dev.weirkeeper.drift.kafka;

import java.nio.ByteBuffer;

/**
 * The head that serializers of a schema registry write: a zero byte and the number of the schema.
 */
final class Wire {
  private static final int HEAD = 5;

  private Wire() {}

  /**
   * Reads the head.
   *
   * @return the number of the schema; the buffer stands behind it
   */
  static int schema(ByteBuffer bytes) {
    if (bytes.remaining() < HEAD || bytes.get() != 0) {
      throw new UnreadableException(
          "it does not begin with the number of a registered schema; look whether the connector"
              + " writes with the converter that the feed was told of");
    }
    return bytes.getInt();
  }
}
