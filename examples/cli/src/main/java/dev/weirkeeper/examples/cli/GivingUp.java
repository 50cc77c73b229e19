package dev.weirkeeper.examples.cli;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.spi.ProgressListener;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Ctrl-C end a call in an orderly way: it is told that nobody waits, and has a moment to put
 * away what it has put down.
 */
final class GivingUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GivingUp.class);
  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::giveUp, "weirkeeper-give-up");
  private volatile boolean given;

  GivingUp() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  CallControl control(ProgressListener progress) {
    return new CallControl(
        () -> given ? Optional.of("the person at the terminal has given up") : Optional.empty(),
        progress);
  }

  private void giveUp() {
    given = true;
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.debug("The call does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("The process is ending already", e);
    }
  }
}
