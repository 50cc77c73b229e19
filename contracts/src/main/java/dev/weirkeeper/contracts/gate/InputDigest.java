package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says which rows were judged: the names and forms of the columns, and all values in their order,
 * whatever frames they came in. Each column has a digest of its own, so that arrays are read one
 * after the other. Not safe to share.
 */
final class InputDigest {
  private static final int BUFFER = 1 << 16;

  private final Fields fields;
  private final List<MessageDigest> columns = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private long rows;

  InputDigest(Fields fields) {
    this.fields = fields;
    for (int i = 0; i < fields.all().size(); i++) {
      columns.add(sha256());
    }
  }

  void add(Frame frame) {
    for (int i = 0; i < columns.size(); i++) {
      add(columns.get(i), frame.columns().get(i), frame.rows());
    }
    rows += frame.rows();
  }

  Hash digest() {
    List<Object> parts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      parts.add(
          Map.of(
              "name", fields.all().get(i).name(),
              "form", fields.all().get(i).form(),
              "values", HexFormat.of().formatHex(columns.get(i).digest())));
    }
    return Hash.of(Json.of(Map.of("columns", parts, "rows", Long.toString(rows))));
  }

  private void add(MessageDigest digest, Vec values, int count) {
    for (int row = 0; row < count; row++) {
      if (buffer.remaining() < 16) {
        flush(digest);
      }
      if (values.isNull(row)) {
        buffer.put((byte) 0);
        continue;
      }
      buffer.put((byte) 1);
      if (values instanceof Vec.Longs longs) {
        buffer.putLong(longs.values()[row]);
      } else if (values instanceof Vec.Doubles doubles) {
        buffer.putLong(Double.doubleToLongBits(doubles.values()[row]));
      } else if (values instanceof Vec.Micros micros) {
        buffer.putLong(micros.values()[row]);
      } else if (values instanceof Vec.Days days) {
        buffer.putInt(days.values()[row]);
      } else if (values instanceof Vec.Truths truths) {
        buffer.put((byte) (truths.values()[row] ? 1 : 0));
      } else {
        text(digest, text(values, row));
      }
    }
    flush(digest);
  }

  private void text(MessageDigest digest, String text) {
    byte[] bytes = bytes(text);
    buffer.putInt(bytes.length);
    if (bytes.length > buffer.remaining()) {
      flush(digest);
    }
    if (bytes.length > buffer.remaining()) {
      digest.update(bytes);
    } else {
      buffer.put(bytes);
    }
  }

  /** Different bytes for different texts: UTF-8 has none for half a pair of surrogates. */
  private static byte[] bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    boolean perhaps = false;
    for (byte b : utf8) {
      perhaps |= b == '?';
    }
    if (!perhaps || Typing.isUnicode(text)) {
      return utf8;
    }
    ByteBuffer units = ByteBuffer.allocate(1 + 2 * text.length());
    // No UTF-8 begins so.
    units.put((byte) 0xff);
    text.chars().forEach(unit -> units.putChar((char) unit));
    return units.array();
  }

  private void flush(MessageDigest digest) {
    digest.update(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  /** The text of a value that is no array of primitives. */
  private static String text(Vec values, int row) {
    return values instanceof Vec.Decimals decimals
        ? plain(decimals.values()[row])
        : values.value(row).orElseThrow().toString();
  }

  private static String plain(@Nullable Object number) {
    return number instanceof BigDecimal decimal
        ? decimal.stripTrailingZeros().toString()
        : String.valueOf(number);
  }

  /** Digest of the content of one row, as hexadecimal digits. */
  static String ofRow(Frame frame, int row, MessageDigest digest) {
    digest.reset();
    for (int i = 0; i < frame.columns().size(); i++) {
      Vec values = frame.columns().get(i);
      if (values.isNull(row)) {
        continue;
      }
      // Named, so that the digest of a row stays when a column without values is added.
      byte[] name = frame.fields().all().get(i).name().getBytes(StandardCharsets.UTF_8);
      byte[] value = bytes(text(values, row));
      digest.update(ByteBuffer.allocate(8).putInt(name.length).putInt(value.length).array());
      digest.update(name);
      digest.update(value);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
