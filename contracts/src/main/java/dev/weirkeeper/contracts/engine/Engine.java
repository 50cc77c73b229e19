package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Fields;
import java.io.IOException;
import java.util.Set;

/**
 * Finds out metrics of one frozen data set. Confined to one thread. Each metric MUST be answered or
 * marked as failed; one that fails MUST NOT take others with it. Every answer MUST be of the same
 * state of the data.
 */
public interface Engine extends AutoCloseable {
  Fields fields() throws IOException;

  /**
   * @throws IOException if the data cannot be read at all
   */
  Answers answer(Set<Metric> metrics, CallControl control) throws IOException;

  @Override
  void close() throws IOException;
}
