package dev.weirkeeper;

/**
 * A pipeline stopped because going on could lose or double rows. Everything that was confirmed is
 * durable; after the cause is mended, a new run goes on where this one stopped.
 */
public final class PipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PipelineException(String message) {
    super(message);
  }

  public PipelineException(String message, Throwable cause) {
    super(message, cause);
  }
}
