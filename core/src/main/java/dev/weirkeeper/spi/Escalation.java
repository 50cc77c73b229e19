package dev.weirkeeper.spi;

import dev.weirkeeper.Alert;

/**
 * Where a door turns to persons: a pager, a chat, a ticket. Called on the thread of the act, after
 * what it is about is written down. SHOULD be quick; one that throws is logged and changes nothing.
 */
@FunctionalInterface
public interface Escalation {
  void raise(Alert alert);
}
