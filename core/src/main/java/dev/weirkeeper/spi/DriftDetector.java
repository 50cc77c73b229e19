package dev.weirkeeper.spi;

import dev.weirkeeper.Observation;

/**
 * Compares two observations of one asset. MUST be pure: no I/O, no clock, no state; the same
 * observations give the same detection. MUST be safe to call from many threads.
 */
public interface DriftDetector {
  /** Kebab-case, stable across versions. */
  String id();

  Detection detect(Observation baseline, Observation current);
}
