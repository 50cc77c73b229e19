package dev.weirkeeper.examples.cli;

/**
 * Writes HTML that is also well-formed XML. Whatever text is given is made visible and escaped: no
 * name or value can become markup.
 */
final class Markup {
  private final StringBuilder out = new StringBuilder(16_384);

  /**
   * Opens an element.
   *
   * @param attributes names and values in turn
   */
  Markup open(String element, String... attributes) {
    tag(element, attributes);
    out.append('>');
    return this;
  }

  Markup close(String element) {
    out.append("</").append(element).append('>');
    return this;
  }

  /** An element without content. */
  Markup single(String element, String... attributes) {
    tag(element, attributes);
    out.append("/>");
    return this;
  }

  Markup text(String text) {
    return escape(Visible.line(text));
  }

  /** An element that holds text only. */
  Markup element(String element, String text, String... attributes) {
    return open(element, attributes).text(text).close(element);
  }

  Markup line() {
    out.append('\n');
    return this;
  }

  /** Written as it is: for what is ours alone. */
  Markup raw(String markup) {
    out.append(markup);
    return this;
  }

  private void tag(String element, String... attributes) {
    out.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(Visible.line(attributes[i + 1]));
      out.append('"');
    }
  }

  private Markup escape(String visible) {
    for (int i = 0; i < visible.length(); i++) {
      char character = visible.charAt(i);
      switch (character) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(character);
      }
    }
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
