package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

/** Why a command is not done: what, why and what to do, and the status to leave with. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final Exit exit;

  Failure(Exit exit, String message) {
    super(message);
    this.exit = requireNonNull(exit, "exit");
  }

  Failure(Exit exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = requireNonNull(exit, "exit");
  }

  Exit exit() {
    return exit;
  }
}
