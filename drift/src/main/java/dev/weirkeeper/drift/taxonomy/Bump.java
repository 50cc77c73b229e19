package dev.weirkeeper.drift.taxonomy;

/** Which part of a contract's version moves (Semantic Versioning 2.0.0), from least to most. */
public enum Bump {
  NONE,
  PATCH,
  MINOR,
  MAJOR
}
