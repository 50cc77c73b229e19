package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Outside;
import dev.weirkeeper.drift.schema.ObjectName;

/** Names as proofs show them: everything in them visible, and short. */
final class Shown {
  private Shown() {}

  static String name(ObjectName name) {
    return Outside.of(name.toString()).text();
  }

  static String text(String text) {
    return Outside.of(text).text();
  }
}
