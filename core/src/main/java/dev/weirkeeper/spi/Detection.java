package dev.weirkeeper.spi;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Observation;
import java.util.List;

/** What a detector saw, and the baseline to compare with next time. */
public record Detection(List<Finding> findings, Observation nextBaseline) {
  public Detection {
    findings = List.copyOf(findings);
    requireNonNull(nextBaseline, "nextBaseline");
  }
}
