package dev.weirkeeper.spi;

import java.util.OptionalLong;

/**
 * Hears how far a call has come. Called on the thread that does the work, the pipeline's among
 * them: it MUST return at once and never wait for a reader. What it throws is logged, and the call
 * goes on.
 */
@FunctionalInterface
public interface ProgressListener {
  /**
   * @param done grows from call to call, in a unit that the tool chooses
   * @param total where it is known
   * @param what what is being done, without values of the data
   */
  void progress(long done, OptionalLong total, String what);
}
