package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names and texts as SQL, and the names of what a gate keeps beside its target. */
final class SqlNames {
  static final String SCHEMA = "weirkeeper_gate";

  private SqlNames() {}

  static String quoted(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A name holds a NUL character");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String quoted(Collection<String> names) {
    return names.stream().map(SqlNames::quoted).collect(Collectors.joining(", "));
  }

  /** Columns of an alias. */
  static String of(String alias, List<String> names) {
    return names.stream().map(name -> alias + "." + quoted(name)).collect(Collectors.joining(", "));
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static String own(String name) {
    return SCHEMA + "." + quoted(name);
  }

  /** The name of a target's quarantine: readable, and different for each target. */
  static String quarantine(Asset asset) {
    String readable = asset.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
    String cut = readable.substring(0, Math.min(readable.length(), 36));
    return "q_" + cut + "_" + Hash.of(asset.toString().getBytes(StandardCharsets.UTF_8)).brief();
  }
}
