package dev.weirkeeper.contracts.dbt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an artifact of dbt piece by piece, so that of a manifest of hundreds of megabytes only what
 * is needed is ever held. Depth, size and the length of texts are bounded.
 */
final class Artifact {
  private static final int DEEPEST = 200;
  private static final int LONGEST_TEXT = 16 * 1024 * 1024;
  private static final int MOST_PIECES = 500_000;
  private static final int LONGEST_ID = 64;

  private static final Pattern SCHEMA =
      Pattern.compile("https://schemas\\.getdbt\\.com/dbt/([a-z-]+)/v([0-9]{1,4})(?:\\.json|/.*)?");

  private static final Pattern ID = Pattern.compile("[0-9A-Za-z-]{1," + LONGEST_ID + "}");

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(LONGEST_TEXT)
                          .build())
                  .build())
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private static final ObjectReader TREES = MAPPER.readerFor(JsonNode.class);

  /**
   * What each artifact says of itself.
   *
   * @param schema number of the form
   */
  record Metadata(
      int schema,
      Optional<String> invocation,
      Optional<String> dbtVersion,
      Optional<Instant> generatedAt) {}

  /** Takes a member of the artifact. It MUST read exactly the value that the parser stands at. */
  @FunctionalInterface
  interface Member {
    void read(String name, JsonParser parser) throws IOException;
  }

  /** Takes an entry of an object, or an element of an array. */
  @FunctionalInterface
  interface Piece {
    void read(String key, JsonNode value) throws IOException;
  }

  private Artifact() {}

  /**
   * @param kind {@code manifest} or {@code run-results}
   * @throws ArtifactException if it is missing, too large, or no such artifact
   */
  static Metadata read(Path file, String kind, long largest, Member others)
      throws ArtifactException {
    String name = file.getFileName().toString();
    try {
      if (Files.size(file) > largest) {
        throw new ArtifactException(
            name
                + " is larger than "
                + largest
                + " bytes, which is what the host lets be read; raise artifactBytes");
      }
      return parsed(file, kind, others);
    } catch (NoSuchFileException e) {
      throw new ArtifactException(
          "There is no " + name + " in the folder of artifacts; let dbt run first");
    } catch (StreamConstraintsException e) {
      throw new ArtifactException(
          name + " nests deeper or has longer texts than any artifact of dbt");
    } catch (JsonProcessingException e) {
      // The parser's message quotes the text.
      throw new ArtifactException(
          name
              + " is not JSON, or is cut off: line "
              + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()));
    } catch (ArtifactException e) {
      throw e;
    } catch (IOException e) {
      throw new ArtifactException(name + " cannot be read; look at its permissions");
    }
  }

  private static Metadata parsed(Path file, String kind, Member others) throws IOException {
    JsonNode metadata = MissingNode.getInstance();
    String name = file.getFileName().toString();
    try (JsonParser parser = MAPPER.createParser(file.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new ArtifactException(name + " is not an artifact of dbt: it holds no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String member = parser.currentName();
        parser.nextToken();
        if (member.equals("metadata")) {
          metadata = TREES.readTree(parser);
        } else {
          others.read(member, parser);
        }
      }
    }
    return metadata(metadata, kind, name);
  }

  private static Metadata metadata(JsonNode node, String kind, String name)
      throws ArtifactException {
    Matcher schema = SCHEMA.matcher(node.path("dbt_schema_version").asText(""));
    if (!schema.matches() || !schema.group(1).equals(kind)) {
      throw new ArtifactException(
          name
              + " does not say that it is dbt's "
              + kind
              + ": metadata.dbt_schema_version is missing or another; dbt writes it from 0.19 on");
    }
    return new Metadata(
        Integer.parseInt(schema.group(2)),
        text(node, "invocation_id").filter(id -> ID.matcher(id).matches()),
        text(node, "dbt_version"),
        text(node, "generated_at").flatMap(Artifact::instant));
  }

  /** dbt writes UTC, with and without saying so. */
  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(
          text.toUpperCase(Locale.ROOT).endsWith("Z")
              ? Instant.parse(text)
              : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Reads an object or array entry by entry; anything else is passed over. */
  static void each(JsonParser parser, Piece piece) throws IOException {
    boolean object = parser.currentToken() == JsonToken.START_OBJECT;
    if (!object && parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return;
    }
    int pieces = 0;
    while (true) {
      JsonToken token = parser.nextToken();
      if (token == null || token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
        return;
      }
      if (++pieces > MOST_PIECES) {
        throw new ArtifactException("An artifact has more than " + MOST_PIECES + " entries");
      }
      String key = object ? parser.currentName() : "";
      if (object) {
        parser.nextToken();
      }
      piece.read(key, TREES.readTree(parser));
    }
  }

  static JsonNode tree(String line) throws JsonProcessingException {
    return MAPPER.readTree(line);
  }

  static Optional<String> text(JsonNode node, String member) {
    JsonNode found = node.path(member);
    return found.isTextual() ? Optional.of(found.textValue()) : Optional.empty();
  }
}
