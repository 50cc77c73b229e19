package dev.weirkeeper.contracts.duckdb;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How host and sandbox write texts and lists to each other. What comes out of the sandbox may be
 * anything, so every length is bounded before it is believed.
 */
final class Wire {
  private static final int LONGEST_TEXT = 64 * 1024 * 1024;
  private static final int LONGEST_LIST = 10_000_000;

  private Wire() {}

  /** Reads or writes one element. */
  @FunctionalInterface
  interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  /** Writes one element. */
  @FunctionalInterface
  interface Writer<T> {
    void write(T value, DataOutputStream out) throws IOException;
  }

  static void text(String text, DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static String text(DataInputStream in) throws IOException {
    int length = within(in.readInt(), LONGEST_TEXT);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new StreamCorruptedException("A text ends early");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void optional(Optional<String> text, DataOutputStream out) throws IOException {
    out.writeBoolean(text.isPresent());
    if (text.isPresent()) {
      text(text.get(), out);
    }
  }

  static Optional<String> optional(DataInputStream in) throws IOException {
    return in.readBoolean() ? Optional.of(text(in)) : Optional.empty();
  }

  static <T> void list(List<T> list, Writer<T> element, DataOutputStream out) throws IOException {
    out.writeInt(list.size());
    for (T value : list) {
      element.write(value, out);
    }
  }

  static <T> List<T> list(Reader<T> element, DataInputStream in) throws IOException {
    int size = within(in.readInt(), LONGEST_LIST);
    List<T> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(element.read(in));
    }
    return list;
  }

  private static int within(int length, int most) throws StreamCorruptedException {
    if (length < 0 || length > most) {
      throw new StreamCorruptedException("A length of " + length + " is not believed");
    }
    return length;
  }
}
