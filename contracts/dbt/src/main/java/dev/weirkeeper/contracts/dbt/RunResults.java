package dev.weirkeeper.contracts.dbt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What {@code run_results.json} says of tests, in all its forms from v1 on.
 *
 * @param command of dbt that wrote it: {@code test}, {@code build}
 * @param others how many results are not of tests
 */
record RunResults(
    Artifact.Metadata metadata, Optional<String> command, List<Result> results, int others) {
  static final String FILE = "run_results.json";

  /** The newest form that this was written for. */
  static final int NEWEST = 6;

  private static final int LONGEST_MESSAGE = 4_000;
  private static final int LONGEST_CODE = 200_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");

  RunResults {
    results = List.copyOf(results);
  }

  /**
   * The result of a test.
   *
   * @param compiled the SQL that dbt ran
   */
  record Result(
      String id,
      TestReport.Status status,
      Optional<Long> failures,
      Optional<String> message,
      Optional<String> compiled) {}

  static RunResults read(Path folder, long largest) throws ArtifactException {
    List<Result> results = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    List<String> command = new ArrayList<>();
    Artifact.Metadata metadata =
        Artifact.read(
            folder.resolve(FILE),
            "run-results",
            largest,
            (member, parser) -> {
              switch (member) {
                case "results" ->
                    Artifact.each(
                        parser,
                        (key, value) -> {
                          Optional<Result> result = result(value);
                          result.ifPresentOrElse(results::add, () -> others.add(1));
                        });
                case "args" ->
                    Artifact.each(
                        parser,
                        (key, value) -> {
                          if (key.equals("which") && value.isTextual()) {
                            command.add(value.textValue());
                          }
                        });
                default -> parser.skipChildren();
              }
            });
    return new RunResults(metadata, command.stream().findFirst(), results, others.size());
  }

  private static Optional<Result> result(JsonNode node) throws IOException {
    Optional<String> id = Artifact.text(node, "unique_id");
    if (id.isEmpty()) {
      throw new ArtifactException(FILE + " holds a result that does not say of what: no unique_id");
    }
    if (!isTest(id.get())) {
      return Optional.empty();
    }
    // v1 has the number of failures as the message of a test.
    String said = node.path("message").isNull() ? "" : node.path("message").asText("");
    boolean number = NUMBER.matcher(said).matches();
    Optional<Long> failures =
        node.path("failures").isIntegralNumber() && node.path("failures").canConvertToLong()
            ? Optional.of(node.path("failures").longValue())
            : number ? Optional.of(Long.parseLong(said)) : Optional.empty();
    return Optional.of(
        new Result(
            id.get(),
            status(node.path("status").asText("")),
            failures.filter(count -> count >= 0 && count < 1L << 53),
            Optional.of(said)
                .filter(text -> !text.isBlank() && !number)
                .map(text -> text.substring(0, Math.min(text.length(), LONGEST_MESSAGE))),
            Artifact.text(node, "compiled_code").filter(code -> code.length() <= LONGEST_CODE)));
  }

  static boolean isTest(String id) {
    return id.startsWith("test.") || id.startsWith("unit_test.");
  }

  private static TestReport.Status status(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "pass", "success" -> TestReport.Status.PASS;
      case "warn" -> TestReport.Status.WARN;
      case "fail" -> TestReport.Status.FAIL;
      case "error", "runtime error" -> TestReport.Status.ERROR;
      case "skipped" -> TestReport.Status.SKIPPED;
      default -> TestReport.Status.OTHER;
    };
  }
}
