package dev.weirkeeper.examples.architecture.planted.contracts;

import java.time.Instant;

record AsksTheClock(Instant then) {
  boolean past() {
    return then.isBefore(Instant.now());
  }
}
