package dev.weirkeeper.contracts.dbt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program that plays what dbt 1.11 was recorded to say and write. */
final class FakeDbt {
  static final String AS_RECORDED =
      "cat \"$here/test.jsonl\"; cp \"$here/run_results.json\" \"$target/\"; exit 1";

  private static final String SCRIPT =
      """
      #!/bin/sh
      here='%s'
      verb=$1
      printf '%%s\\n' "$@" >"$here/$verb.args"
      env >"$here/$verb.env"
      while [ $# -gt 0 ]; do
        case $1 in --target-path) target=$2 ;; esac
        shift
      done
      mkdir -p "$target"
      . "$here/$verb.sh"
      """;

  private final Path folder;

  FakeDbt(Path folder) {
    this.folder = folder;
    for (String file : List.of("manifest.json", "run_results.json", "ls.jsonl", "test.jsonl")) {
      Recorded.copy(Recorded.NEWEST, file, folder);
    }
    Recorded.write(folder.resolve("dbt"), SCRIPT.formatted(folder));
    if (!folder.resolve("dbt").toFile().setExecutable(true)) {
      throw new IllegalStateException("No program can be made in " + folder);
    }
    listing("cp \"$here/manifest.json\" \"$target/\"; cat \"$here/ls.jsonl\"; exit 0");
    testing(AS_RECORDED);
  }

  Path executable() {
    return folder.resolve("dbt");
  }

  Path folder() {
    return folder;
  }

  FakeDbt listing(String script) {
    Recorded.write(folder.resolve("ls.sh"), script);
    return this;
  }

  FakeDbt testing(String script) {
    Recorded.write(folder.resolve("test.sh"), script);
    return this;
  }

  /** Other words in what it writes. */
  FakeDbt replacing(String file, String old, String other) {
    String text = Recorded.text(Recorded.NEWEST, file);
    if (!text.contains(old)) {
      throw new IllegalArgumentException("There is nothing to replace in " + file);
    }
    Recorded.write(folder.resolve(file), text.replace(old, other));
    return this;
  }

  List<String> lines(String file) {
    try {
      return Files.readAllLines(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
