package dev.weirkeeper.contracts.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads YAML and JSON that others wrote, with the place of each part and within bounds: no aliases,
 * no tags, no key twice, one document, so deep and so large at most.
 */
final class Documents {
  /** The largest real contracts seen have a tenth of this. */
  static final int LARGEST = 8_000_000;

  private static final int DEEPEST = 48;
  private static final int MOST_PARTS = 1_000_000;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

  private Documents() {}

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is too large or no UTF-8; names the file
   */
  static String text(Path file) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      if (channel.size() > LARGEST) {
        throw new IllegalArgumentException(
            file.getFileName()
                + " has "
                + channel.size()
                + " bytes; a contract has at most "
                + LARGEST);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      int read = 0;
      while (bytes.hasRemaining() && read >= 0) {
        read = channel.read(bytes);
      }
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file.getFileName() + " is no UTF-8 text; a contract is written in UTF-8", e);
    }
  }

  /**
   * @throws IllegalArgumentException if it is neither YAML nor JSON, or out of bounds; names line
   *     and path
   */
  static Node read(String document) {
    String text = document.startsWith("\uFEFF") ? document.substring(1) : document;
    if (text.length() > LARGEST) {
      throw new IllegalArgumentException(
          "The document has " + text.length() + " characters; a contract has at most " + LARGEST);
    }
    try (JsonParser parser = parser(text)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("line 1, $: the document is empty");
      }
      Reading reading = new Reading(parser, text);
      Node root = reading.value("$", 0);
      if (parser.nextToken() != null) {
        throw reading.wrong("$", "a second document begins; write one document");
      }
      return root;
    } catch (JsonProcessingException e) {
      JsonLocation where = e.getLocation();
      String what = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(
          "line "
              + (where == null ? 1 : where.getLineNr())
              + ", $: this is neither YAML nor JSON that can be read: "
              + what.substring(0, Math.min(what.length(), 200)));
    } catch (IOException e) {
      throw new IllegalStateException("A text is read without a disk", e);
    }
  }

  /** YAML forbids tabs where JSON allows them, so what begins like JSON is read as JSON. */
  private static JsonParser parser(String text) throws IOException {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder().maxNestingDepth(DEEPEST + 2).build();
    String start = text.stripLeading();
    if (start.startsWith("{") || start.startsWith("[")) {
      return JsonFactory.builder().streamReadConstraints(constraints).build().createParser(text);
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(LARGEST);
    options.setNestingDepthLimit(DEEPEST + 2);
    return YAMLFactory.builder()
        // A country code no is a text; only true and false are truths.
        .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
        .loaderOptions(options)
        .streamReadConstraints(constraints)
        .build()
        .createParser(text);
  }

  /** The path of a member. */
  static String below(String path, String name) {
    return PLAIN.matcher(name).matches() ? path + "." + name : path + "['" + shortened(name) + "']";
  }

  private static String shortened(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "…";
  }

  /** Reads what a parser finds. */
  private static final class Reading {
    private final JsonParser parser;
    private final String text;
    private int parts;

    Reading(JsonParser parser, String text) {
      this.parser = parser;
      this.text = text;
    }

    IllegalArgumentException wrong(String path, String what) {
      return new IllegalArgumentException(
          "line " + parser.currentTokenLocation().getLineNr() + ", " + path + ": " + what);
    }

    Node value(String path, int depth) throws IOException {
      int line = parser.currentTokenLocation().getLineNr();
      if (depth > DEEPEST) {
        throw wrong(path, "nested deeper than " + DEEPEST + " levels");
      }
      if (++parts > MOST_PARTS) {
        throw wrong(path, "the document has more than " + MOST_PARTS + " parts");
      }
      if (parser.getObjectId() != null
          || (parser instanceof YAMLParser yaml && yaml.isCurrentAlias())) {
        throw wrong(path, "anchors and aliases are not read; write the value here");
      }
      if (parser.getTypeId() != null) {
        throw wrong(path, "tags are not read; write the plain value");
      }
      return switch (parser.currentToken()) {
        case START_OBJECT -> mapping(line, path, depth);
        case START_ARRAY -> many(line, path, depth);
        case VALUE_TRUE -> new Node.Scalar(line, path, Node.Sort.TRUTH, "true");
        case VALUE_FALSE -> new Node.Scalar(line, path, Node.Sort.TRUTH, "false");
        case VALUE_NULL -> new Node.Scalar(line, path, Node.Sort.NOTHING, "");
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
            new Node.Scalar(line, path, Node.Sort.NUMBER, number(path));
        default ->
            new Node.Scalar(
                line, path, isAbsent() ? Node.Sort.NOTHING : Node.Sort.TEXT, parser.getText());
      };
    }

    /** Nothing stands behind a name: the parser takes it for an empty text. */
    private boolean isAbsent() throws IOException {
      if (!parser.getText().isEmpty()) {
        return false;
      }
      JsonLocation at = parser.currentTokenLocation();
      String line = text.lines().skip(at.getLineNr() - 1L).findFirst().orElse("");
      int column = at.getColumnNr() - 1;
      int begin =
          column <= line.codePointCount(0, line.length())
              ? line.offsetByCodePoints(0, column)
              : line.length();
      return begin >= line.length() || "\"'|>".indexOf(line.charAt(begin)) < 0;
    }

    /** The number as it is written: a version {@code 1.10} is not 1.1. */
    private String number(String path) throws IOException {
      String written = parser.getText().replace("_", "");
      try {
        new BigDecimal(written);
        return written;
      } catch (NumberFormatException e) {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
          return parser.getBigIntegerValue().toString();
        }
        throw wrong(path, "this is no finite number");
      }
    }

    private Node many(int line, String path, int depth) throws IOException {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(path + "[" + items.size() + "]", depth + 1));
      }
      return new Node.Many(line, path, items);
    }

    private Node mapping(int line, String path, int depth) throws IOException {
      Map<String, Node> members = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        String inner = below(path, name);
        if (members.containsKey(name)) {
          throw wrong(
              inner, "this stands already in line " + members.get(name).line() + "; leave one");
        }
        parser.nextToken();
        members.put(name, value(inner, depth + 1));
      }
      return new Node.Mapping(line, path, members);
    }
  }
}
