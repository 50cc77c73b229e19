package dev.weirkeeper.examples.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a command wrote, and what a person who sits there answers. */
final class Screen {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> asked = new ArrayList<>();

  /** Runs a command with its output in a pipe. */
  int run(Object... words) {
    return run(Map.of(), words);
  }

  int run(Map<String, String> environment, Object... words) {
    return Cli.run(
        Terminal.plain(new PrintWriter(out, true), new PrintWriter(err, true), environment),
        texts(words));
  }

  /** Runs a command at a terminal of 80 columns where somebody gives this answer. */
  int answered(String answer, Object... words) {
    return at(Map.of(), answer, words);
  }

  int at(Map<String, String> environment, String answer, Object... words) {
    return Cli.run(
        new Terminal(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            Optional.of(80),
            Optional.of(
                question -> {
                  asked.add(question);
                  return answer;
                }),
            environment),
        texts(words));
  }

  private static String[] texts(Object... words) {
    return List.of(words).stream().map(Object::toString).toArray(String[]::new);
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  List<String> asked() {
    return asked;
  }

  void clear() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    asked.clear();
  }
}
