package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How far the snapshot of one asset has come. Stored by the target with the rows, so that a load is
 * resumed and never begun again.
 *
 * @param after the feed's own text of the last key that was read; empty before the first chunk
 * @param rows rows read so far
 * @param estimate rows expected in all, as the source's statistics say; 0 if they do not
 * @param finished whether the last chunk has been read
 */
public record Load(
    Asset asset, Optional<String> after, long rows, long estimate, boolean finished) {
  public Load {
    requireNonNull(asset, "asset");
    requireNonNull(after, "after");
  }

  public static Load begin(Asset asset) {
    return new Load(asset, Optional.empty(), 0, 0, false);
  }
}
