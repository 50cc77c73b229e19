package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads tables that lie beside the classes as JSON arrays. */
final class ResourceReader {
  private ResourceReader() {}

  /**
   * @throws IllegalStateException if the jar is not whole
   */
  static <T extends Record> List<T> rows(String name, Class<T> type) {
    List<T> rows = new ArrayList<>();
    for (Object row : Json.parse(text(name)).as(List.class)) {
      rows.add(((Json) row).as(type));
    }
    return List.copyOf(rows);
  }

  private static String text(String name) {
    try (InputStream in = ResourceReader.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks its resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The resource " + name + " cannot be read", e);
    }
  }
}
