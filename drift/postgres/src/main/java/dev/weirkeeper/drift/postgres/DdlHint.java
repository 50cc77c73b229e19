package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Json;
import java.util.List;

/**
 * What the event trigger wrote into the log about one DDL statement. Anybody who may connect can
 * write such a message, so it is believed only with a {@link Seal}, or where something else
 * confirms it.
 *
 * @param dropped OIDs of tables that are gone
 */
record DdlHint(List<String> dropped, List<Shape> defined) {

  /**
   * @throws IllegalArgumentException if the text is not one of a hint
   */
  static DdlHint parse(String text) {
    return Json.parse(text).as(DdlHint.class);
  }
}
