package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads a ledger that lies in this jar. */
final class VisibilityReader {
  private VisibilityReader() {}

  static Visibility read(String name) {
    try (InputStream in = requireNonNull(Visibility.class.getResourceAsStream(name), name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Visibility(Json.parse(text).as(Visibility.Ledger.class).entries());
    } catch (IOException e) {
      throw new UncheckedIOException("The ledger " + name + " cannot be read", e);
    }
  }
}
