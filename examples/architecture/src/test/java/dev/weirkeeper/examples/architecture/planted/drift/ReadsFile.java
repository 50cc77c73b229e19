package dev.weirkeeper.examples.architecture.planted.drift;

import java.nio.file.Files;
import java.nio.file.Path;

record ReadsFile(Path path) {
  boolean there() {
    return Files.exists(path);
  }
}
