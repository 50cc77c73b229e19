package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Contract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads data contracts of the Open Data Contract Standard (ODCS), versions 3.0 and 3.1, in YAML:
 * one contract for each object of the schema.
 *
 * <p>Judged are the columns and their logical types, what is required, unique or a key, the options
 * of logical types, relationships, and quality checks: those of the library, SQL, and those of
 * Great Expectations and Soda that rules can say. Service levels and prose are told in the report
 * and judged by nobody. Servers, roles and teams are not taken over: a contract names no hosts,
 * files or credentials.
 */
public final class OdcsReader {
  private OdcsReader() {}

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names file, line and
   *     path
   */
  public static Imported read(Path file) throws IOException {
    return ContractReaders.named(file, OdcsReader::read);
  }

  /**
   * @throws IllegalArgumentException if it is malformed or contradicts itself; names line and path
   */
  public static Imported read(String document) {
    return read(Documents.read(requireNonNull(document, "document")));
  }

  static boolean reads(Node root) {
    return root.isMapping() && root.has("apiVersion") && root.has("kind");
  }

  static Imported read(Node root) {
    if (!root.at("kind").word().equals("DataContract")) {
      throw root.at("kind").malformed("only documents of the kind DataContract are read");
    }
    String standard = root.at("apiVersion").word();
    if (!standard.startsWith("v3.") && !standard.startsWith("3.")) {
      throw root.at("apiVersion")
          .malformed("version " + standard + " of the standard is not read, but 3.0 and 3.1");
    }
    String version = root.at("version").word();
    String id = root.at("id").word();
    String name = root.at("name").wordIfAny().orElse(id);

    Account account = new Account();
    List<Node> objects = root.at("schema").items();
    Map<String, String> tables = tables(objects);
    Map<String, String> columns = columns(objects);
    List<Contract> contracts = new ArrayList<>();
    Set<String> assets = new HashSet<>();
    for (Node object : objects) {
      String table = object.at("physicalName").wordIfAny().orElse(object.at("name").word());
      if (!assets.add(table)) {
        throw object.malformed("there is another object called " + table);
      }
      Drafting draft = new Drafting(account, table);
      new OdcsObject(draft, object, tables, columns, standard).read();
      contracts.add(draft.contract(name + "." + object.at("name").word(), version));
    }
    for (Node level : root.at("slaProperties").items()) {
      account.remark(
          level,
          "slaProperties " + level.at("property").word(),
          "a service level is a promise over time, which a look at the data does not tell; watch"
              + " freshness with a detector");
    }
    return new Imported(contracts, account.report());
  }

  /** The tables by the names and ids that relationships use. */
  private static Map<String, String> tables(List<Node> objects) {
    Map<String, String> tables = new HashMap<>();
    for (Node object : objects) {
      String name = object.at("name").word();
      String table = object.at("physicalName").wordIfAny().orElse(name);
      object.at("id").wordIfAny().ifPresent(id -> tables.put(id, table));
      tables.put(name, table);
    }
    return tables;
  }

  /** Names of columns by {@code table/property}, with names and ids of properties. */
  private static Map<String, String> columns(List<Node> objects) {
    Map<String, String> columns = new HashMap<>();
    for (Node object : objects) {
      String table = object.at("physicalName").wordIfAny().orElse(object.at("name").word());
      for (Node property : object.at("properties").items()) {
        String name = property.at("name").word();
        String column = property.at("physicalName").wordIfAny().orElse(name);
        property.at("id").wordIfAny().ifPresent(id -> columns.put(table + "/" + id, column));
        columns.put(table + "/" + name, column);
      }
    }
    return columns;
  }
}
