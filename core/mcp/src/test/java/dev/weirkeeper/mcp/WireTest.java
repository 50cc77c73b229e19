package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireTest {
  private final Wire wire = new Wire(new Limits(4096, 8, 1, 4096));

  @Test
  void messages_are_told_apart_by_their_members() throws Exception {
    assertThat(wire.read("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"ping\",\"params\":{}}"))
        .isEqualTo(new JSONRPCRequest("2.0", "ping", "1", Map.of()));
    assertThat(wire.read("{\"jsonrpc\":\"2.0\",\"method\":\"x\"}"))
        .isEqualTo(new JSONRPCNotification("2.0", "x", null));
    assertThat(wire.read("{\"jsonrpc\":\"2.0\",\"id\":9007199254740992,\"result\":{}}"))
        .isEqualTo(new JSONRPCResponse("2.0", 9007199254740992L, Map.of(), null));
    assertThat(
            wire.read("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}"))
        .isEqualTo(new JSONRPCResponse("2.0", 1, null, new JSONRPCError(-1, "no", null)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "7",
        "null",
        "\"text\"",
        "{}",
        "{\"jsonrpc\":\"1.0\",\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"jsonrpc\":\"2.0\",\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":9007199254740993,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999999999,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":9e99999999999999999999,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1e400,\"method\":\"ping\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":null}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"x\",\"message\":\"no\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"no\"}",
      })
  void what_has_the_form_of_no_message_is_none(String text) {
    assertThatThrownBy(() -> wire.read(text))
        .isInstanceOfSatisfying(BadMessage.class, bad -> assertThat(bad.code()).isEqualTo(-32600));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"secret\":hunter2}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"} {}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"",
        "{'jsonrpc':'2.0'}",
        "hunter2",
      })
  void what_is_no_json_is_quoted_nowhere(String text) {
    assertThatThrownBy(() -> wire.read(text))
        .isInstanceOfSatisfying(
            BadMessage.class,
            bad -> {
              assertThat(bad.code()).isEqualTo(-32700);
              assertThat(Wire.error(bad)).doesNotContain("hunter2").contains("\"id\":null");
            });
  }

  @Test
  void depth_size_and_numbers_are_bounded() {
    String deep = "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":";
    assertThatThrownBy(() -> wire.read(deep + "{\"a\":".repeat(20) + "1" + "}".repeat(21)))
        .hasMessageContaining("nests deeper than 8");
    assertThatThrownBy(() -> wire.read(new byte[5000])).hasMessageContaining("4096 bytes");
    assertThatThrownBy(() -> wire.read(deep + "{\"a\":" + "9".repeat(2000) + "}}"))
        .hasMessageContaining("too long");
  }

  @Test
  void an_id_that_is_known_is_in_the_answer_to_what_is_no_message() {
    assertThatThrownBy(() -> wire.read("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":1}"))
        .isInstanceOfSatisfying(
            BadMessage.class, bad -> assertThat(Wire.error(bad)).contains("\"id\":\"a\""));
  }

  @Test
  void the_words_of_an_exception_are_not_written() {
    String line =
        Wire.write(
            new JSONRPCResponse(
                "2.0", 1, null, new JSONRPCError(-32603, "db password=hunter2", "at Db.java")));

    assertThat(line).contains("-32603").doesNotContain("hunter2", "Db.java");
  }

  @Test
  void ids_that_look_alike_are_told_apart() {
    assertThat(Wire.idText(1)).isNotEqualTo(Wire.idText("1"));
    assertThat(Wire.idText(1)).isEqualTo(Wire.idText(1L));
  }
}
