package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.ProgressListener;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What ties a call that is under way to whoever waits for it.
 *
 * @param cancelled why nobody wants the call any more; empty: go on. Asked from several threads,
 *     and answered at once; where it throws, the call is taken for given up. A call that is past
 *     its point of no return goes on all the same
 * @param progress hears how far the call has come
 */
public record CallControl(Supplier<Optional<String>> cancelled, ProgressListener progress) {
  /** Somebody who waits to the end and asks nothing meanwhile. */
  public static final CallControl NONE =
      new CallControl(Optional::empty, (done, total, what) -> {});

  public CallControl {
    requireNonNull(cancelled, "cancelled");
    requireNonNull(progress, "progress");
  }
}
