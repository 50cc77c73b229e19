package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.gx.GxSuiteReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads a contract in whichever of the known forms it is written. */
public final class ContractReaders {
  private ContractReaders() {}

  /**
   * Reads a suite of Great Expectations, a data contract of ODCS, a {@code schema.yml} of dbt, a
   * JSON Schema, or a contract of our own form.
   *
   * @param asset name of the table, for forms that name none: suites and JSON Schemas
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it has none of these forms, is malformed or contradicts
   *     itself; names file, line and path
   */
  public static Imported read(Path file, String asset) throws IOException {
    requireNonNull(asset, "asset");
    return named(file, text -> read(text, asset));
  }

  /**
   * Reads as {@link #read(Path, String)}.
   *
   * @throws IllegalArgumentException as there, without the file
   */
  public static Imported read(String document, String asset) {
    Node root = Documents.read(document);
    if (!root.isMapping()) {
      throw root.malformed("a contract is a mapping of names to values");
    }
    if (ContractYaml.reads(root)) {
      return ContractYaml.imported(root);
    }
    if (OdcsReader.reads(root)) {
      return OdcsReader.read(root);
    }
    if (root.has("expectations")) {
      return suite(document, root, asset);
    }
    if (DbtSchemaReader.reads(root)) {
      return DbtSchemaReader.read(root);
    }
    if (JsonSchemaReader.reads(root)) {
      return JsonSchemaReader.read(root, asset);
    }
    throw root.malformed(
        "this is no contract in a form that is known; a suite of Great Expectations has"
            + " 'expectations', ODCS has 'apiVersion' and 'kind', dbt has 'models' or 'sources', a"
            + " JSON Schema has '$schema' or 'properties', a contract of our own has 'weirkeeper'");
  }

  private static Imported suite(String document, Node root, String asset) {
    String json = document.stripLeading().startsWith("{") ? document : root.tree().toString();
    GxSuiteReader.Imported imported = GxSuiteReader.read(json, asset);
    List<Node> expectations = new ArrayList<>(root.at("expectations").items());
    for (ContractLint.Problem problem : ContractLint.check(imported.contract())) {
      if (problem.sort() == ContractLint.Sort.CONTRADICTION) {
        throw place(imported, expectations, problem.rule()).malformed(problem.text());
      }
    }
    return new Imported(List.of(imported.contract()), imported.report());
  }

  private static Node place(GxSuiteReader.Imported imported, List<Node> all, String rule) {
    for (int i = 0; i < all.size() && i < imported.contract().rules().size(); i++) {
      if (imported.contract().rules().get(i).id().equals(rule)) {
        return all.get(i);
      }
    }
    return all.get(0);
  }

  /** Reads a file and names it in what goes wrong. */
  static Imported named(Path file, Function<String, Imported> read) throws IOException {
    String text = Documents.text(file);
    try {
      return read.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }
}
