package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of an event in the log of its source, by which events are known again that a connector
 * sends twice after a crash.
 *
 * <p>PostgreSQL: the pair of {@code source.sequence}, end of the last commit and place of the
 * change; the place alone does not rise, since the log interleaves transactions. MySQL and MariaDB:
 * file, position and row, within one server and one name of files. SQL Server: LSN of the commit,
 * of the change, and serial number. Of other connectors no order is known. (Debezium documentation,
 * the {@code source} block of each connector.)
 *
 * @param log the log that the place is in; places of different logs do not compare
 * @param place rises with the log, compared as text
 */
record SourceOrder(String log, String place) {
  private static final Pattern BINLOG = Pattern.compile("(.{1,200})\\.([0-9]{1,18})");
  private static final Pattern LSN =
      Pattern.compile("[0-9a-fA-F]{8}:[0-9a-fA-F]{8}:[0-9a-fA-F]{4}");

  SourceOrder {
    requireNonNull(log, "log");
    requireNonNull(place, "place");
  }

  /**
   * @param source the {@code source} block of an envelope, or the fields of the same names of a
   *     flattened record
   */
  static Optional<SourceOrder> of(JsonNode source) {
    if (source.path("sequence").isTextual()) {
      return sequence(source.path("sequence").textValue());
    } else if (source.path("file").isTextual() && source.path("pos").isIntegralNumber()) {
      return binlog(source);
    } else if (source.path("commit_lsn").isTextual() && source.path("change_lsn").isTextual()) {
      return sqlServer(source);
    }
    return Optional.empty();
  }

  private static Optional<SourceOrder> sequence(String text) {
    JsonNode pair = Trees.read(text.getBytes(StandardCharsets.UTF_8));
    if (!pair.isArray() || pair.size() != 2 || pair.get(1).isNull()) {
      return Optional.empty();
    }
    try {
      long commit = pair.get(0).isNull() ? 0 : Long.parseUnsignedLong(pair.get(0).asText());
      long change = Long.parseUnsignedLong(pair.get(1).asText());
      return Optional.of(new SourceOrder("pg", padded(commit) + "/" + padded(change)));
    } catch (NumberFormatException e) {
      throw new UnreadableException("its place in the source's log is no number");
    }
  }

  private static Optional<SourceOrder> binlog(JsonNode source) {
    Matcher file = BINLOG.matcher(source.path("file").textValue());
    if (!file.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new SourceOrder(
            "binlog/" + source.path("server_id").asText("") + "/" + file.group(1),
            padded(Long.parseLong(file.group(2)))
                + "/"
                + padded(source.path("pos").longValue())
                + "/"
                + padded(source.path("row").asLong(0))));
  }

  private static Optional<SourceOrder> sqlServer(JsonNode source) {
    String commit = source.path("commit_lsn").textValue();
    String change = source.path("change_lsn").textValue();
    if (!LSN.matcher(commit).matches() || !LSN.matcher(change).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new SourceOrder(
            "sqlserver",
            commit.toLowerCase(java.util.Locale.ROOT)
                + "/"
                + change.toLowerCase(java.util.Locale.ROOT)
                + "/"
                + padded(source.path("event_serial_no").asLong(0))));
  }

  private static String padded(long unsigned) {
    String digits = Long.toUnsignedString(unsigned);
    return "0".repeat(20 - digits.length()) + digits;
  }
}
