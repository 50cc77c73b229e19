package dev.weirkeeper.examples.cli;

import java.util.Locale;
import java.util.Set;

/** Whether a person has said that an act they have seen may be made. */
enum Consent {
  /** Beforehand, by an option. */
  GIVEN,
  /** The person at the terminal is asked. */
  ASKED;

  private static final Set<String> YES = Set.of("y", "yes");

  static Consent of(boolean given) {
    return given ? GIVEN : ASKED;
  }

  /**
   * @param question after what would be done was shown in full
   * @throws Failure if it is not given; nothing was done then
   */
  void require(Output output, String question) throws Failure {
    if (this == GIVEN) {
      return;
    }
    String answer =
        output
            .terminal()
            .question()
            .orElseThrow(
                () ->
                    new Failure(
                        Exit.REFUSED,
                        "Nobody is there to be asked, so nothing was done; --yes says beforehand"
                            + " that what would be done was seen"))
            .apply(Visible.line(question) + " [y/N] ");
    if (!YES.contains(answer.strip().toLowerCase(Locale.ROOT))) {
      throw new Failure(Exit.REFUSED, "You did not say yes, so nothing was done");
    }
  }
}
