package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import java.util.List;
import java.util.stream.Collectors;

/** Names as SQL. */
final class Sql {
  private Sql() {}

  static String quoted(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A name holds a NUL character");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String quoted(List<String> names) {
    return names.stream().map(Sql::quoted).collect(Collectors.joining(", "));
  }

  /** The table of an asset: what stands before the first dot is its schema. */
  static String table(Asset asset) {
    int dot = asset.name().indexOf('.');
    return dot < 0
        ? quoted("public") + "." + quoted(asset.name())
        : quoted(asset.name().substring(0, dot)) + "." + quoted(asset.name().substring(dot + 1));
  }
}
