package dev.weirkeeper.examples.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a script learns of a command: its exit status. Numbers never change their meaning. */
enum Exit {
  DONE(0, "Done."),
  REFUSED(1, "Refused, failed, or found wrong; a line on stderr says why and what to do."),
  USAGE(2, "Not a command: nothing was tried."),
  /** Of the commands about contracts only, for which a broken rule is no error. */
  UNJUDGED(2, "Not judged: wrong use, unreadable, refused by a limit, or a rule that errs."),
  UNREACHABLE(3, "No server answers on the control socket; nothing was asked of it."),
  BROKEN(4, "The journal is not right, or not what it was when its head was noted."),
  UNKNOWN(5, "It may have happened and nobody knows; look before you try again."),
  PENDING(6, "It goes on elsewhere; the answer says how to ask again.");

  private final int status;
  private final String meaning;

  Exit(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  int status() {
    return status;
  }

  /** For {@code --help}. */
  static Map<String, String> meanings() {
    Map<String, String> all = new LinkedHashMap<>();
    Arrays.stream(values())
        .filter(exit -> exit != UNJUDGED)
        .forEach(exit -> all.put(" " + exit.status, exit.meaning));
    return all;
  }

  /** For {@code --help} of the commands about contracts. */
  static Map<String, String> meaningsForContracts() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put(" " + DONE.status, "Done; all rules are kept.");
    all.put(" " + REFUSED.status, "All rules were judged, and one is broken.");
    all.put(" " + UNJUDGED.status, UNJUDGED.meaning);
    return all;
  }
}
