package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/** A schema of a database. */
public record Namespace(String id, String name, Optional<String> comment) {
  public Namespace {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(comment, "comment");
  }
}
