package dev.weirkeeper;

/** The journal could not be written: what it was to announce was not done. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
