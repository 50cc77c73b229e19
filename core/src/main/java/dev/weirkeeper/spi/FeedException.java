package dev.weirkeeper.spi;

/** A source that cannot be read, with what to do about it. Retrying alone does not help. */
public final class FeedException extends Exception {
  private static final long serialVersionUID = 1L;

  public FeedException(String message) {
    super(message);
  }

  public FeedException(String message, Throwable cause) {
    super(message, cause);
  }
}
