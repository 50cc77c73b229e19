package dev.weirkeeper.spi;

import dev.weirkeeper.Observation;

/**
 * Compares two observations of one asset. MUST be pure: no I/O, no clock, no state; the same
 * observations give the same detection. MUST be safe to call from many threads.
 *
 * <p>A finding is a change: there MUST be none between an observation and itself. It MUST name the
 * detector as its source and the asset that was observed, and have a kind of dotted lower-case
 * words. A detection MUST name each finding once; what differs in anything but where in the feed it
 * was seen MUST differ in its id, so say the states in {@code from} and {@code to}. A finding MUST
 * NOT hold values of rows, and a detection MUST read back equal from its canonical form.
 *
 * <p>What is unknown is not empty: a facet that is not there or a probe that has no answer MUST NOT
 * lead to a finding, save that a baseline without a schema is a first sight; and it MUST NOT move
 * the baseline, so that a drift is found although a read failed in between. Facets of a kind that
 * the detector does not know MUST change nothing.
 */
public interface DriftDetector {
  /** Kebab-case, stable across versions. */
  String id();

  Detection detect(Observation baseline, Observation current);
}
