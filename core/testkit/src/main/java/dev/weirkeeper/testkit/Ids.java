package dev.weirkeeper.testkit;

import java.util.regex.Pattern;

/** The form of ids. */
final class Ids {
  static final Pattern KEBAB_CASE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** Kinds of findings: dotted words. */
  static final Pattern KIND = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*");

  private Ids() {}
}
