package com.example.freshness;

import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Plugin;
import dev.weirkeeper.spi.ToolRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Watches whether data still arrives. */
public final class FreshnessPlugin implements Plugin {
  private final List<DriftDetector> detectors;
  private final List<ToolRegistry> tools;

  /** As a host finds it: folders of {@code landing}, each of which gets a file within six hours. */
  public FreshnessPlugin() {
    this(new LandingFolders("landing", Path.of("landing")), Duration.ofHours(6));
  }

  /** As a host makes it by hand. */
  public FreshnessPlugin(LandingFolders folders, Duration limit) {
    this.detectors = List.of(new FreshnessDrift(limit));
    this.tools = List.of(folders);
  }

  @Override
  public String id() {
    return "freshness";
  }

  @Override
  public List<DriftDetector> detectors() {
    return detectors;
  }

  @Override
  public List<ToolRegistry> tools() {
    return tools;
  }

  /** Does nothing: no file stays open. */
  @Override
  public void close() {}
}
