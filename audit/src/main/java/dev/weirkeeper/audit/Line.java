package dev.weirkeeper.audit;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A line of a log: a record and its place. The record knows nothing of the chain.
 *
 * @param previous hash of the line before, without its line feed; of nothing for the first
 */
record Line(Hash previous, AuditRecord record, long seq) {
  /** Longer lines are neither written nor read. */
  static final int MAX_BYTES = 16 << 20;

  private record Unread(Hash previous, Json record, long seq) {}

  /** The line's bytes, without the line feed. */
  static byte[] encoded(Hash previous, Json record, long seq) {
    byte[] bytes =
        Json.of(new Unread(previous, record, seq)).text().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "A record takes "
              + bytes.length
              + " bytes, and a line of the log at most "
              + MAX_BYTES
              + "; keep large bodies elsewhere and record their hashes");
    }
    return bytes;
  }

  /**
   * @throws IllegalArgumentException if it is not exactly what would have been written; the message
   *     says why, within a sentence
   */
  static Line decoded(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not UTF-8", e);
    }
    Line line = Json.parse(text).as(Line.class);
    if (!Json.of(line).text().equals(text)) {
      throw new IllegalArgumentException("it is not in canonical form");
    }
    return line;
  }
}
