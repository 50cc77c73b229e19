package dev.weirkeeper.drift.kafka;

import java.io.IOException;

/**
 * The lane of a stream went to another host: nothing that was not committed is written any more.
 * Wait for the lane, then run its pipeline again; it goes on where the target stands.
 */
public final class LaneMovedException extends IOException {
  private static final long serialVersionUID = 1L;

  LaneMovedException(String message) {
    super(message);
  }
}
