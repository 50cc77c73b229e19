package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Approvals;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.audit.JsonLinesLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** The folder of a server and what lies where in it. */
record Place(Path folder, Path door) {
  static final String VARIABLE = "WEIRKEEPER_FOLDER";

  Place {
    requireNonNull(folder, "folder");
    requireNonNull(door, "door");
  }

  static Place of(Path folder) {
    return new Place(folder, folder.resolve("door"));
  }

  Path socket() {
    return folder.resolve("control.sock");
  }

  Path audit() {
    return folder.resolve("audit");
  }

  JsonLinesLog journal() throws Failure {
    return JsonLinesLog.in(require(audit(), "the journal"));
  }

  /** Of a folder that is there: one that was made by asking would look like an empty memory. */
  DoorMemory memory() throws Failure, IOException {
    return DoorMemory.in(requireDoor());
  }

  /** The folder of the door's memory, which is there. */
  Path requireDoor() throws Failure {
    return require(door, "the door's memory");
  }

  Approvals approvals() throws Failure, IOException {
    return Approvals.in(memory(), Clock.systemUTC());
  }

  private static Path require(Path folder, String what) throws Failure {
    if (!Files.isDirectory(folder)) {
      throw new Failure(
          Exit.REFUSED,
          "There is no folder "
              + folder
              + ", where "
              + what
              + " would be; --folder (or "
              + VARIABLE
              + ") names the folder of the server");
    }
    return folder;
  }
}
