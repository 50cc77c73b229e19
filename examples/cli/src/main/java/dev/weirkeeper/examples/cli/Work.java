package dev.weirkeeper.examples.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.ParameterException;

/** What a command about contracts does. Whatever goes wrong in it leaves nothing judged. */
@FunctionalInterface
interface Work {
  Exit run() throws IOException, Failure;

  /** Does it, and says what went wrong so that a script cannot take it for a broken rule. */
  static int done(Work work) throws Failure {
    try {
      return work.run().status();
    } catch (ParameterException e) {
      throw e;
    } catch (CancellationException e) {
      throw new Failure(Exit.UNJUDGED, "Given up; nothing was changed", e);
    } catch (FileSystemException e) {
      throw new Failure(Exit.UNJUDGED, Failure.said(e), e);
    } catch (IOException | RuntimeException e) {
      String message = e.getMessage();
      throw new Failure(
          Exit.UNJUDGED,
          message == null || message.isBlank() ? e.getClass().getSimpleName() : message,
          e);
    } catch (OutOfMemoryError e) {
      throw new Failure(
          Exit.UNJUDGED,
          "The heap of this process is too small for it; give it more with java -Xmx, or ask for"
              + " less than COMPLETE results",
          e);
    }
  }
}
