package dev.weirkeeper.contracts.dbt;

import java.io.IOException;

/** Says why an artifact cannot be read; quotes nothing of it. */
final class ArtifactException extends IOException {
  private static final long serialVersionUID = 1L;

  ArtifactException(String message) {
    super(message);
  }
}
