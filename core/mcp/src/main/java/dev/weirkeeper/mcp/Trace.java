package dev.weirkeeper.mcp;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The trace context of a message, as far as it has the form that W3C gives it. */
final class Trace {
  private static final Map<String, Pattern> FORMS =
      Map.of(
          "traceparent", Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"),
          "tracestate", Pattern.compile("[\\x20-\\x7e]{1,512}"),
          "baggage", Pattern.compile("[\\x20-\\x7e]{1,1024}"));

  private Trace() {}

  /** What of it can be used; what has another form is left out. */
  static Map<String, String> of(Map<?, ?> meta) {
    Map<String, String> trace = new TreeMap<>();
    FORMS.forEach(
        (name, form) -> {
          if (meta.get(name) instanceof String value && form.matcher(value).matches()) {
            trace.put(name, value);
          }
        });
    return trace;
  }
}
