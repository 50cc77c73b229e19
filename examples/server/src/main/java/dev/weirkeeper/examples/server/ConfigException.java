package dev.weirkeeper.examples.server;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that is not in force because something is wrong with it: all of it is said. */
final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfigException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  List<Problem> problems() {
    return problems;
  }
}
