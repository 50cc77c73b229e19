package dev.weirkeeper.contracts.engine;

/** A metric could not be found out; the rule that needs it ends in an error. Quotes no values. */
public final class MetricException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MetricException(String reason) {
    super(reason);
  }
}
