package dev.weirkeeper.examples.server;

import java.util.Comparator;

/**
 * Something that is wrong with a configuration, and where.
 *
 * @param line from 1; 0 if it is about the whole
 * @param what says what, why and what to do, and quotes no secret
 */
record Problem(int line, int column, String what) implements Comparable<Problem> {
  private static final Comparator<Problem> ORDER =
      Comparator.comparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::what);

  static Problem at(Yaml yaml, String what) {
    return new Problem(yaml.line(), yaml.column(), what);
  }

  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return line == 0 ? what : line + ":" + column + ": " + what;
  }
}
