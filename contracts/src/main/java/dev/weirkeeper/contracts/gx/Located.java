package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A JSON text and the line on which each of its values begins, so that errors can name it. */
final class Located {
  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private final JsonNode root;
  private final Map<String, Integer> lines = new HashMap<>();

  private Located(JsonNode root) {
    this.root = root;
  }

  /**
   * @throws IllegalArgumentException if the text is no JSON; names the line
   */
  static Located read(String text) {
    try {
      JsonNode root = MAPPER.readTree(text);
      Located located = new Located(root);
      try (JsonParser parser = MAPPER.createParser(text)) {
        if (parser.nextToken() != null) {
          located.locate(parser, "$");
        }
      }
      return located;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      // The parser's message may quote the text, which may hold anything.
      throw malformed("$", "not JSON: " + problem(e), Optional.of(line));
    } catch (IOException e) {
      throw new IllegalStateException("A text cannot fail to be read", e);
    }
  }

  private static String problem(JsonProcessingException e) {
    return e.getOriginalMessage().startsWith("Duplicate field")
        ? "a member twice"
        : "wrong syntax, or nested deeper than 64 levels";
  }

  JsonNode root() {
    return root;
  }

  MalformedException malformed(String path, String problem) {
    String at = path;
    while (!lines.containsKey(at) && at.length() > 1) {
      at = at.substring(0, Math.max(1, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
    }
    return malformed(path, problem, Optional.ofNullable(lines.get(at)));
  }

  private static MalformedException malformed(String path, String problem, Optional<Integer> line) {
    return new MalformedException(
        "Malformed suite at "
            + path
            + ": "
            + problem
            + line.map(number -> " (line " + number + ")").orElse(""));
  }

  private void locate(JsonParser parser, String path) throws IOException {
    lines.put(path, parser.currentTokenLocation().getLineNr());
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        locate(parser, path + "." + name);
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        locate(parser, path + "[" + i + "]");
      }
    }
  }
}
