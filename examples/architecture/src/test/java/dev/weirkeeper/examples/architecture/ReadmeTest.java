package dev.weirkeeper.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReadmeTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\R(.*?)^```");
  private static final Pattern REGION =
      Pattern.compile("(?ms)^ *// tag::([a-z0-9-]+)\\[\\]\\R(.*?)^ *// end::\\1\\[\\]");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");

  private static final String README = Repository.read("README.md");

  @Test
  void the_readme_is_short_and_names_both_commands() {
    assertThat(README.lines().count()).isLessThanOrEqualTo(120);
    assertThat(README.lines()).contains("./mvnw -q -Pquickstart", "./mvnw verify");
    assertThat(Repository.read("CONTRIBUTING.md").lines().count()).isLessThanOrEqualTo(80);
  }

  @Test
  void the_readme_names_every_module() {
    for (String module : Repository.modules()) {
      assertThat(README).contains("`" + module + "`");
    }
  }

  @Test
  void the_readme_shows_a_short_program_that_a_test_compiles() {
    List<String> blocks = blocks(README);

    assertThat(blocks).isNotEmpty();
    assertThat(blocks)
        .allSatisfy(block -> assertThat(block.lines().count()).isLessThanOrEqualTo(20));
    assertThat(regions()).containsKey("readme").containsValues(blocks.toArray(String[]::new));
  }

  static Stream<Path> documents() {
    return Repository.files(Repository.ROOT, ".md").stream();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void java_in_a_document_is_code_that_a_test_compiles(Path document) {
    assertThat(regions().values()).containsAll(blocks(Repository.read(document)));
  }

  @ParameterizedTest
  @MethodSource("documents")
  void links_lead_somewhere(Path document) {
    assertThat(LINK.matcher(Repository.read(document)).results().map(link -> link.group(1)))
        .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
  }

  private static List<String> blocks(String markdown) {
    return JAVA_BLOCK.matcher(markdown).results().map(block -> block.group(1)).toList();
  }

  /** Tagged regions of the examples by name, moved to the left margin. */
  private static Map<String, String> regions() {
    Map<String, String> regions = new LinkedHashMap<>();
    for (Path file : Repository.files(Repository.ROOT.resolve("examples"), ".java")) {
      Matcher matcher = REGION.matcher(Repository.read(file));
      for (MatchResult region : matcher.results().toList()) {
        String name = region.group(1);
        assertThat(regions.put(name, region.group(2).stripTrailing().stripIndent() + "\n"))
            .as("region " + name + " is there twice")
            .isNull();
      }
    }
    return regions;
  }
}
