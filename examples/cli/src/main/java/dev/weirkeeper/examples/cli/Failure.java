package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

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

  /** What is wrong with a file: the message of the system may be no more than its name. */
  static String said(FileSystemException e) {
    return e.getFile()
        + " cannot be used: "
        + (e instanceof NoSuchFileException
            ? "there is no such file or folder"
            : e.getReason() == null
                ? e.getClass().getSimpleName().replace("Exception", "")
                : e.getReason());
  }

  Exit exit() {
    return exit;
  }
}
