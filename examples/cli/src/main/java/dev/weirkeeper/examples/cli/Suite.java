package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.gx.GxSuite;
import dev.weirkeeper.contracts.gx.GxSuiteReader;
import dev.weirkeeper.contracts.gx.SuiteParameters;
import dev.weirkeeper.contracts.read.ContractLint;
import dev.weirkeeper.contracts.read.ContractReaders;
import dev.weirkeeper.contracts.read.Imported;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file of rules as it was read.
 *
 * @param gx what results in the shape of Great Expectations repeat; empty if it is no suite of it
 */
record Suite(Imported imported, Optional<GxSuite> gx) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  Suite {
    requireNonNull(imported, "imported");
    requireNonNull(gx, "gx");
  }

  /**
   * Reads a file of rules.
   *
   * @param asset name of the table, for forms that name none
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names file, line and
   *     path
   */
  static Suite read(Path file, String asset, Mode mode, SuiteParameters parameters)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("There is no file " + file);
    }
    Imported imported = ContractReaders.read(file, asset);
    if (!isGx(file)) {
      if (!parameters.values().isEmpty()) {
        throw new IllegalArgumentException(
            file.getFileName() + " is no suite of Great Expectations, so it has no parameters");
      }
      return new Suite(imported, Optional.empty());
    }
    GxSuiteReader.Imported suite = GxSuiteReader.read(file, asset, mode, parameters);
    for (ContractLint.Problem problem : ContractLint.check(suite.contract())) {
      if (problem.sort() == ContractLint.Sort.CONTRADICTION) {
        throw new IllegalArgumentException(
            file.getFileName()
                + ": "
                + path(suite.report(), problem.rule())
                + ", with these parameters: "
                + problem.text());
      }
    }
    return new Suite(
        new Imported(List.of(suite.contract()), suite.report()), Optional.of(suite.suite()));
  }

  private static String path(ImportReport report, String rule) {
    return report.supported().stream()
        .filter(item -> item.rule().equals(rule))
        .map(ImportReport.Supported::path)
        .findFirst()
        .orElse("rule " + rule);
  }

  /** Suites in YAML are no such files for Great Expectations either. */
  private static boolean isGx(Path file) throws IOException {
    String text = Files.readString(file);
    if (!text.stripLeading().startsWith("{")) {
      return false;
    }
    try {
      JsonNode root = MAPPER.readTree(text);
      return root.has("expectations") && !root.has("apiVersion") && !root.has("weirkeeper");
    } catch (JsonProcessingException e) {
      // YAML that begins like JSON; it has been read by who reads YAML.
      return false;
    }
  }

  /**
   * The contract of a table.
   *
   * @throws IllegalArgumentException if there are several and none is named, or there is none
   */
  Contract contract(Optional<String> table) {
    if (imported.contracts().size() == 1 && gx.isPresent()) {
      return imported.contract();
    }
    if (table.isPresent()) {
      return imported.contract(table.get());
    }
    if (imported.contracts().size() != 1) {
      throw new IllegalArgumentException(
          "The file has rules for "
              + imported.contracts().size()
              + " tables: "
              + imported.contracts().stream().map(Contract::asset).limit(20).toList()
              + "; say with --table for which the data is");
    }
    return imported.contract();
  }
}
