package dev.weirkeeper.contracts.gx;

/** A suite is not what a suite must be: names place, problem and line, and quotes no values. */
final class MalformedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  MalformedException(String message) {
    super(message);
  }
}
