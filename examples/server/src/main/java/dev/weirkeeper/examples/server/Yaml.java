package dev.weirkeeper.examples.server;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A document with the places of its parts, so that what is wrong can be pointed at. Scalars are
 * kept as the text that stands there: {@code no} is a word here, and {@code 010} is not eight.
 */
sealed interface Yaml {
  int line();

  int column();

  /** A scalar. */
  record Text(int line, int column, String text) implements Yaml {}

  /** A list. */
  record Many(int line, int column, List<Yaml> items) implements Yaml {}

  /** A mapping, in the order in which it is written. */
  record Mapping(int line, int column, Map<String, Entry> entries) implements Yaml {}

  /** A key's place, and what stands behind it. */
  record Entry(int line, int column, Yaml value) {}

  /**
   * Reads one document. Anchors and aliases are refused: a reader should see what is meant where it
   * counts.
   *
   * @param problems gets a key that stands twice; the first one counts
   * @throws ConfigException if it is no YAML, or more than one document
   */
  static Yaml read(String document, List<Problem> problems) throws ConfigException {
    try (JsonParser parser = new YAMLFactory().createParser(document)) {
      if (parser.nextToken() == null) {
        return new Mapping(1, 1, Map.of());
      }
      Yaml root = new Reading(parser, problems).value(0);
      if (parser.nextToken() != null) {
        throw wrong(parser, "a second document begins; a configuration is one");
      }
      return root;
    } catch (JsonProcessingException e) {
      JsonLocation where = e.getLocation();
      String what =
          "this is no YAML: "
              + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw new ConfigException(
          List.of(
              where == null
                  ? new Problem(0, 0, what)
                  : new Problem(where.getLineNr(), where.getColumnNr(), what)));
    } catch (IOException e) {
      throw new IllegalStateException("A text is read without a disk", e);
    }
  }

  private static ConfigException wrong(JsonParser parser, String what) {
    JsonLocation at = parser.currentTokenLocation();
    return new ConfigException(List.of(new Problem(at.getLineNr(), at.getColumnNr(), what)));
  }

  /** Reads what a parser finds. */
  record Reading(JsonParser parser, List<Problem> problems) {
    private static final int DEEPEST = 16;

    private Yaml value(int depth) throws IOException, ConfigException {
      JsonLocation at = parser.currentTokenLocation();
      if (depth > DEEPEST) {
        throw wrong(parser, "nested deeper than " + DEEPEST + " levels");
      }
      if (parser.getObjectId() != null
          || parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
        throw wrong(parser, "anchors and aliases are not read; write the value here");
      }
      return switch (parser.currentToken()) {
        case START_OBJECT -> mapping(at, depth);
        case START_ARRAY -> many(at, depth);
        default -> new Text(at.getLineNr(), at.getColumnNr(), parser.getText());
      };
    }

    private Many many(JsonLocation at, int depth) throws IOException, ConfigException {
      List<Yaml> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(depth + 1));
      }
      return new Many(at.getLineNr(), at.getColumnNr(), items);
    }

    private Mapping mapping(JsonLocation at, int depth) throws IOException, ConfigException {
      Map<String, Entry> entries = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        JsonLocation where = parser.currentTokenLocation();
        String key = parser.currentName();
        parser.nextToken();
        Entry entry = new Entry(where.getLineNr(), where.getColumnNr(), value(depth + 1));
        Entry first = entries.putIfAbsent(key, entry);
        if (first != null) {
          problems.add(
              new Problem(
                  entry.line(),
                  entry.column(),
                  "'" + key + "' stands already in line " + first.line() + "; leave one of them"));
        }
      }
      return new Mapping(at.getLineNr(), at.getColumnNr(), entries);
    }
  }
}
