package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * Where a feed stands. Opaque to all but the feed that made it, and compared for equality only: a
 * Kafka position is a vector and has no total order.
 *
 * @param feed the id of the feed
 * @param text the feed's own canonical text, {@code 0/16B3748} or <code>{"orders-0":812}</code>
 */
public record Position(String feed, String text) {
  public Position {
    requireNonNull(feed, "feed");
    requireNonNull(text, "text");
  }

  @Override
  public String toString() {
    return feed + "@" + text;
  }
}
