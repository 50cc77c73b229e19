package dev.weirkeeper.contracts.gate;

/** Another writer was faster: what was asked of the target has to be asked again. */
public final class GateConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is still good. */
  public enum Again {
    /** The rows are staged: {@link GateWrite#check} answers anew. */
    CHECKS,
    /** The write is lost: begin another one. */
    WRITE
  }

  private final Again again;

  public GateConflictException(Again again) {
    super("Another writer changed the target");
    this.again = again;
  }

  public Again again() {
    return again;
  }
}
