package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Rule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {

  @Test
  void hostile_documents_are_refused_with_the_line() {
    String laughs =
        """
        a: &a [x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
        c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
        """;
    Map<String, String> problems =
        Map.ofEntries(
            Map.entry(laughs, "line 1, $.a: anchors and aliases"),
            Map.entry("a: 1\nb:\n  <<: *a\n", "line 3"),
            Map.entry("a: 1\nb: 2\na: 3\n", "line 3, $.a: this stands already in line 1"),
            Map.entry("{\"a\": 1,\n \"a\": 2}", "line 2, $.a: this stands already in line 1"),
            Map.entry("a: !!java.net.URL [\"http://example.com\"]\n", "line 1, $.a: tags"),
            Map.entry("a: !!binary aGk=\n", "line 1, $.a: tags"),
            Map.entry("a: 1\n---\nb: 2\n", "second document"),
            Map.entry("a: .inf\n", "no finite number"),
            Map.entry("", "empty"),
            Map.entry("a: [1, 2\nb: 3\n", "line 2"),
            Map.entry("\tx: 1\n", "line 1"),
            Map.entry("[".repeat(200) + "]".repeat(200), "line 1"),
            Map.entry("{\"a\":".repeat(200) + "1" + "}".repeat(200), "line 1"),
            Map.entry("a: " + "[".repeat(200) + "]".repeat(200), "line 1"));
    problems.forEach(
        (document, problem) ->
            assertThatIllegalArgumentException()
                .as(document.substring(0, Math.min(60, document.length())))
                .isThrownBy(() -> Documents.read(document))
                .withMessageContaining(problem));
  }

  @Test
  void a_file_that_is_too_large_is_refused_before_it_is_read(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("huge.yaml");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // Sparse: 50 GB that take no space, and would take all memory.
      channel.write(ByteBuffer.wrap(new byte[] {'x'}), 50_000_000_000L);
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContractReaders.read(file, "t"))
        .withMessageContainingAll("huge.yaml", "50000000001");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Documents.read("a: " + "x".repeat(Documents.LARGEST)));
  }

  @Test
  void scalars_are_what_is_written() {
    Node root =
        Documents.read(
            """
            version: 1.10
            empty:
            quoted: ''
            no: no
            null: ~
            large: 12345678901234567890
            "😀": {a: , b: ""}
            """);

    assertThat(root.at("version").word()).isEqualTo("1.10");
    assertThat(root.at("empty").isNothing()).isTrue();
    assertThat(root.at("quoted").text()).isEmpty();
    assertThat(root.at("no").text()).isEqualTo("no");
    assertThat(root.at("null").isNothing()).isTrue();
    assertThat(root.at("large").literal()).contains(new Literal.Numeric("12345678901234567890"));
    assertThat(root.at("😀").at("a").isNothing()).isTrue();
    assertThat(root.at("😀").at("b").text()).isEmpty();
  }

  @Test
  void a_file_that_is_no_text_is_refused(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("x.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContractReaders.read(file, "t"))
        .withMessageContainingAll("x.yaml", "UTF-8");
  }

  @Test
  void each_form_is_known_by_what_it_has(@TempDir Path folder) throws IOException {
    Map<String, String> documents =
        Map.of(
            "gx",
            "{\"name\":\"s\",\"expectations\":[{\"type\":\"expect_column_values_to_not_be_null\","
                + "\"kwargs\":{\"column\":\"a\"}}]}",
            "odcs",
            """
            kind: DataContract
            apiVersion: v3.1.0
            version: 1
            id: x
            status: active
            schema:
              - {name: t, quality: [{metric: rowCount, mustBe: 1}]}
            """,
            "dbt",
            "models:\n  - {name: t, columns: [{name: a, tests: [not_null]}]}\n",
            "schema",
            "{\"$schema\":\"x\",\"type\":\"object\",\"required\":[\"a\"],\"properties\":"
                + "{\"a\":{\"type\":\"string\"}}}",
            "own",
            "weirkeeper: 1\ncontract: c\nversion: 1\ntable: t\nrules: [{not-null: a}]\n");
    for (Map.Entry<String, String> document : documents.entrySet()) {
      Path file = Files.writeString(folder.resolve(document.getKey()), document.getValue());

      Imported imported = ContractReaders.read(file, "t");

      assertThat(imported.contract().asset()).isEqualTo("t");
      assertThat(imported.contract().rules())
          .as(document.getKey())
          .isNotEmpty()
          .noneMatch(rule -> rule.kind().equals(Rule.UNSUPPORTED));
      assertThat(imported.report().coverage()).isEqualTo(1);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContractReaders.read("some: thing\n", "t"))
        .withMessageContainingAll("line 1, $", "no contract in a form that is known");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ContractReaders.read(
                    "{\"name\":\"s\",\"expectations\":[\n{\"type\":"
                        + "\"expect_column_values_to_be_between\",\"kwargs\":{\"column\":\"a\","
                        + "\"min_value\":5,\"max_value\":3}}]}",
                    "t"))
        .withMessageContainingAll("line 2, $.expectations[0]", "contradictory rule");
  }
}
