package dev.weirkeeper.contracts.read;

import java.nio.file.Files;
import java.nio.file.Path;

/** Documents of other projects beside the repository: {@code -Dcorpus.dir}. */
final class Corpus {
  private Corpus() {}

  static Path odcs() {
    Path folder = Path.of(System.getProperty("corpus.dir", "../../shared/corpus"));
    Path inner = folder.resolve("contracts/odcs");
    return Files.isDirectory(inner) ? inner : folder.resolve("odcs");
  }
}
