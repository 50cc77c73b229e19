package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who sits at the terminal. Never what somebody says of himself: the operating system names the
 * owner of a file that this process makes.
 */
final class Person {
  private Person() {}

  /**
   * @param folder one that the person may write to, since approvals are given there
   */
  static Caller atThisTerminal(Path folder) throws IOException {
    Path trace = Files.createTempFile(folder, "person-", "");
    try {
      return new Caller("os:" + Files.getOwner(trace).getName(), Caller.Kind.HOST);
    } finally {
      Files.delete(trace);
    }
  }
}
