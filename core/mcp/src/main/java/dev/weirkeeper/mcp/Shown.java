package dev.weirkeeper.mcp;

import dev.weirkeeper.Outside;
import dev.weirkeeper.Redaction;

/** Text as a client may see it: without secrets, cut, and with nothing hidden in it. */
final class Shown {
  private Shown() {}

  static String text(String text, int longest) {
    String redacted = Redaction.redacted(text);
    Outside outside = Outside.of(redacted, longest);
    return outside.cut().isPresent() ? outside.text() + "…" : outside.text();
  }
}
