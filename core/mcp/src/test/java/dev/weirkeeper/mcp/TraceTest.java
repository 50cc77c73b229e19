package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void what_has_the_form_is_kept() {
    Map<String, String> trace =
        Map.of("traceparent", PARENT, "tracestate", "a=1", "baggage", "k=v");

    assertThat(Trace.of(trace)).isEqualTo(trace);
  }

  @Test
  void what_has_another_form_is_left_out() {
    assertThat(
            Trace.of(
                Map.of(
                    "traceparent",
                    PARENT.toUpperCase(java.util.Locale.ROOT),
                    "tracestate",
                    "a".repeat(600),
                    "baggage",
                    "k=v\nX-Header: y",
                    "progressToken",
                    7)))
        .isEmpty();
    assertThat(Trace.of(Map.of("traceparent", 7))).isEmpty();
  }
}
