package dev.weirkeeper.drift.taxonomy;

import java.util.List;

/**
 * What is known and what must be asked about renames in one scope.
 *
 * @param renames certain ones; no thing is in two of them
 * @param questions about things that are in none of the renames
 */
public record RenameFindings(List<Rename> renames, List<RenameQuestion> questions) {
  public RenameFindings {
    renames = List.copyOf(renames);
    questions = List.copyOf(questions);
  }
}
