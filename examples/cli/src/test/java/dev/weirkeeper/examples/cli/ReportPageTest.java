package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportPageTest {
  @TempDir Path folder;

  private final Screen screen = new Screen();

  private String page(Path suite, Path data, Object... more) throws Exception {
    Path page = folder.resolve("report.html");
    List<Object> words =
        new ArrayList<>(
            List.of("contract", "check", "--suite", suite, "--data", data, "--html", page));
    words.addAll(List.of(more));
    screen.run(words.toArray());
    assertThat(page).as(screen.err()).exists();
    return Files.readString(page);
  }

  private String orders(Object... more) throws Exception {
    return page(
        Fixtures.file(folder, "orders.json", Fixtures.SUITE),
        Fixtures.file(folder, "orders.csv", Fixtures.ROWS),
        more);
  }

  private static Document parse(String page) throws Exception {
    DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    return builder.parse(new InputSource(new StringReader(page)));
  }

  private static List<Element> all(Document page, String name) {
    NodeList found = page.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static List<String> texts(Document page, String name) {
    return all(page, name).stream().map(Element::getTextContent).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "duckdb"})
  void the_page_says_what_is_broken_in_plain_words_the_worst_first(String engine) throws Exception {
    Document page = parse(orders("--engine", engine));

    assertThat(texts(page, "title")).first().isEqualTo("Failed: orders");
    assertThat(texts(page, "h1")).containsExactly("orders");
    assertThat(texts(page, "h2"))
        .containsExactly("What needs a look", "What is kept", "How it was judged");
    assertThat(texts(page, "h3"))
        .hasSize(5)
        .contains(
            "amount is at least 0 and at most 1000, in at least 90 % of the rows.",
            "status is one of 'new', 'paid'.", "The largest amount is at most 9000.")
        .last()
        .isEqualTo("No two rows have the same id.");
    assertThat(page.getDocumentElement().getTextContent())
        .contains(
            "2 of 6 (33.33 %)", "rows are bad; at most 10 % may be", engine, "100 % (7 of 7)");
  }

  @Test
  void columns_of_broken_rules_are_drawn_with_their_bad_rows() throws Exception {
    Document page = parse(orders());

    assertThat(all(page, "svg"))
        .extracting(svg -> svg.getAttribute("aria-label"))
        .anySatisfy(label -> assertThat(label).contains("amount", "6 rows"))
        .anySatisfy(label -> assertThat(label).contains("status", "2 broke a rule"));
    assertThat(texts(page, "text"))
        .as("values that the contract names need no mask")
        .contains("new", "paid", "Aaaaaaa-9");
    assertThat(texts(page, "span")).contains("0", "90,000");
    assertThat(all(page, "rect"))
        .extracting(rect -> rect.getAttribute("class"))
        .contains("all", "broke");
  }

  @Test
  void no_value_of_the_data_is_on_the_page_unless_asked_for() throws Exception {
    String page = orders();

    for (String line : Fixtures.ROWS.lines().skip(1).toList()) {
      for (String value : line.split(",")) {
        if (value.length() > 5) {
          assertThat(page).doesNotContain(value);
        }
      }
    }
    assertThat(page).contains("Aaaaaaa-9", "\u2022\u2022\u2022").doesNotContain("alert");

    assertThat(orders("--show-values"))
        .contains("Zurueck-7", "secretperson", "&lt;script&gt;alert(1)&lt;/script&gt;")
        .doesNotContain("<script");
  }

  @Test
  void the_page_stands_alone() throws Exception {
    String text = orders();

    assertThat(text)
        .contains("prefers-color-scheme: dark")
        .doesNotContain("<script", "<link", "url(", "@import", "src=\"", "href=");
    assertThat(all(parse(text), "meta"))
        .extracting(meta -> meta.getAttribute("content"))
        .contains("default-src 'none'; style-src 'unsafe-inline'");
    Set<String> elements = new TreeSet<>();
    all(parse(text), "*").forEach(element -> elements.add(element.getTagName()));
    assertThat(elements).doesNotContain("script", "img", "iframe", "link", "object", "a");
  }

  @Test
  void hostile_names_and_values_become_no_markup() throws Exception {
    String evil = "\"'><img src=x onerror=alert(1)>\u202e&amp;";
    Path suite =
        Fixtures.file(
            folder,
            "evil.json",
            "{\"name\": \"</title><script>1</script>\", \"expectations\": ["
                + "{\"type\": \"expect_column_values_to_be_in_set\", \"kwargs\": {\"column\": "
                + "\"\\\"'><img src=x onerror=alert(1)>\\u202e&amp;\", \"value_set\": "
                + "[\"</code><script>2</script>\"]}},"
                + "{\"type\": \"expect_</summary><b>x\", \"kwargs\": {}}]}");
    Path data =
        Fixtures.file(
            folder,
            "evil.csv",
            "\"" + evil.replace("\"", "\"\"") + "\",b\n\"<b>]]><!--\u001b[2J</td>\",1\n");

    String text = page(suite, data, "--show-values", "--table", "</h1><i>\u202e");

    Document page = parse(text);
    assertThat(all(page, "img")).isEmpty();
    assertThat(all(page, "script")).isEmpty();
    assertThat(all(page, "b")).isEmpty();
    assertThat(all(page, "i")).isEmpty();
    assertThat(text).doesNotContain("\u202e", "\u001b", "<!--");
    assertThat(texts(page, "td")).contains("<b>]]><!--\\u{1b}[2J</td>");
    assertThat(texts(page, "h3")).anySatisfy(words -> assertThat(words).contains("onerror"));
  }

  @Test
  void a_page_without_trouble_says_so() throws Exception {
    Document page =
        parse(
            page(
                Fixtures.file(folder, "good.json", Fixtures.GOOD),
                Fixtures.file(folder, "orders.csv", Fixtures.ROWS)));

    assertThat(texts(page, "h2")).containsExactly("What is kept", "How it was judged");
    assertThat(page.getDocumentElement().getTextContent()).contains("All rules are kept.");
    assertThat(all(page, "svg")).isEmpty();
  }
}
