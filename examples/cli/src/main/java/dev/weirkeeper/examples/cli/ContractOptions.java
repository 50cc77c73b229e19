package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.gx.SuiteParameters;
import dev.weirkeeper.contracts.sql.Limit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** By which rules what is judged: options that commands about contracts have in common. */
final class ContractOptions {
  @Option(
      names = "--suite",
      required = true,
      paramLabel = "FILE",
      description = "The rules; the form is found out.")
  private Path suite = Path.of("");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "A Parquet, CSV or JSON file, or a folder of them.")
  private Path data = Path.of("");

  @Option(
      names = "--table",
      paramLabel = "NAME",
      description = "The table that the data is of, where FILE has rules for several.")
  private Optional<String> table = Optional.empty();

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "strict",
      description = {
        "strict: ours, what is unknown fails. gx-sql, gx-pandas: the answers of Great Expectations"
            + " there. ${DEFAULT-VALUE} if not said."
      })
  private String mode = "strict";

  @Option(
      names = "--param",
      paramLabel = "NAME=VALUE",
      description = "A parameter of a suite of Great Expectations; VALUE is JSON, or else text.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--max-rows",
      paramLabel = "COUNT",
      description = "Refuses before anything runs if there are more, or nobody knows how many.")
  private Optional<Long> maxRows = Optional.empty();

  @Option(
      names = "--max-bytes",
      paramLabel = "COUNT",
      description = "Refuses before anything runs if all queries together read more.")
  private Optional<Long> maxBytes = Optional.empty();

  Path data() throws IOException {
    if (!Files.exists(data)) {
      throw new IOException("There is no file or folder " + data);
    }
    return data;
  }

  String suiteName() {
    return String.valueOf(suite.getFileName());
  }

  Optional<String> table() {
    return table;
  }

  /** What the data is called in results. */
  Asset asset(String contractAsset) {
    return new Asset("files", contractAsset);
  }

  Mode mode() {
    for (Mode known : Mode.values()) {
      if (word(known).equalsIgnoreCase(mode.replace('_', '-'))) {
        return known;
      }
    }
    throw new IllegalArgumentException(
        "There is no mode '" + mode + "'; say strict, gx-sql or gx-pandas");
  }

  private static String word(Mode mode) {
    return mode.name().replace('_', '-');
  }

  Limit limit() {
    return new Limit(number(maxBytes), number(maxRows));
  }

  private static OptionalLong number(Optional<Long> number) {
    return number.map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  Suite read() throws IOException {
    Map<String, Json> values = new HashMap<>();
    parameters.forEach((name, value) -> values.put(name, value(value)));
    return Suite.read(
        suite,
        table.orElseGet(() -> stem(data)),
        mode(),
        new SuiteParameters(values, Optional.of(Instant.now())));
  }

  private static Json value(String text) {
    try {
      return Json.parse(text);
    } catch (IllegalArgumentException e) {
      // Not JSON: it is meant as text.
      return Json.of(text);
    }
  }

  /** Name of a file without its endings. */
  static String stem(Path file) {
    Path name = file.toAbsolutePath().normalize().getFileName();
    if (name == null) {
      return "data";
    }
    String text = name.toString();
    int dot = text.indexOf('.', 1);
    return dot < 0 ? text : text.substring(0, dot);
  }
}
