package dev.weirkeeper.contracts.postgres;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * An array of text as a parameter, in the binary form: parsing a literal would cost the server more
 * than the rows themselves. Has a text form for connections that are set not to send binary.
 */
final class TextArray extends PGobject implements PGBinaryObject {
  private static final long serialVersionUID = 1L;
  private static final int TEXT_OID = 25;

  private final transient Bytes bytes;
  private final int size;

  /** An array of so many elements; add exactly these. */
  TextArray(int size) {
    setType("_text");
    this.size = size;
    bytes = new Bytes(64 + 16 * size);
    bytes.putInt32(1);
    bytes.putInt32(1);
    bytes.putInt32(TEXT_OID);
    bytes.putInt32(size);
    bytes.putInt32(1);
  }

  void add(byte[] cell) {
    if (Image.isValue(cell)) {
      bytes.putField(cell);
    } else {
      bytes.putNullField();
    }
  }

  @Override
  public void setByteValue(byte[] value, int offset) {
    throw new UnsupportedOperationException("An array that is sent is never read");
  }

  @Override
  public int lengthInBytes() {
    return bytes.length();
  }

  @Override
  public void toBytes(byte[] target, int offset) {
    System.arraycopy(bytes.data(), 0, target, offset, bytes.length());
  }

  @Override
  public @Nullable String getValue() {
    StringBuilder literal = new StringBuilder("{");
    byte[] data = bytes.data();
    int at = 20;
    for (int i = 0; i < size; i++) {
      int length =
          (data[at] & 0xff) << 24
              | (data[at + 1] & 0xff) << 16
              | (data[at + 2] & 0xff) << 8
              | (data[at + 3] & 0xff);
      at += 4;
      literal.append(i == 0 ? "" : ",");
      if (length < 0) {
        literal.append("NULL");
      } else {
        String text = new String(data, at, length, StandardCharsets.UTF_8);
        literal.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
        at += length;
      }
    }
    return literal.append('}').toString();
  }
}
