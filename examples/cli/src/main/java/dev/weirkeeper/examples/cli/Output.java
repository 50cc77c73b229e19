package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.util.Optional;
import java.util.function.BiFunction;

/** What a command says, to a person or to a program. Whatever it is given is made visible. */
final class Output {
  /** For whom. */
  enum Form {
    TEXT,
    JSON
  }

  /** Whether a person's terminal shows them. */
  enum Colours {
    ON,
    OFF
  }

  private static final int LABEL = 12;

  private final Terminal terminal;
  private final Form form;
  private final Colours colours;

  Output(Terminal terminal, Form form, Colours colours) {
    this.terminal = requireNonNull(terminal, "terminal");
    this.form = requireNonNull(form, "form");
    this.colours = requireNonNull(colours, "colours");
  }

  Terminal terminal() {
    return terminal;
  }

  /** The same for what is said beside the answer: on stderr, for a person, and never cut. */
  Output aside() {
    return new Output(
        new Terminal(
            terminal.err(),
            terminal.err(),
            Optional.empty(),
            terminal.question(),
            terminal.environment()),
        Form.TEXT,
        colours);
  }

  boolean isJson() {
    return form == Form.JSON;
  }

  void json(Json document) {
    terminal.out().println(Visible.json(document.text()));
  }

  /** A document in another form, as it is but for what cannot be seen. */
  void document(String text) {
    text.lines()
        .forEach(
            line ->
                terminal
                    .out()
                    .println(text.startsWith("{") ? Visible.json(line) : Visible.line(line)));
  }

  void line(String text) {
    line(Style.PLAIN, text);
  }

  void line(Style style, String text) {
    terminal.out().println(styled(style, Visible.line(text)));
  }

  /** A name of something and what it is. */
  void field(String label, String text) {
    field(label, Style.PLAIN, text);
  }

  void field(String label, Style style, String text) {
    String name = Visible.line(label);
    terminal
        .out()
        .println(
            (styled(Style.FAINT, name)
                    + " ".repeat(Math.max(1, LABEL - Table.columns(name)))
                    + styled(style, Visible.line(text)))
                .stripTrailing());
  }

  void table(Table table) {
    table(table, (column, text) -> Style.PLAIN);
  }

  void table(Table table, BiFunction<Integer, String, Style> style) {
    boolean coloured = colours == Colours.ON;
    table
        .lines(
            terminal.width(),
            coloured ? Style.STRONG : Style.PLAIN,
            coloured ? style : (column, text) -> Style.PLAIN)
        .forEach(terminal.out()::println);
  }

  /** Beside the answer: on stderr, so that a pipe does not get it. */
  void note(String text) {
    terminal.err().println(styled(Style.FAINT, Visible.line(text)));
  }

  void warn(String text) {
    terminal.err().println(styled(Style.WARNING, "weirkeeper: " + Visible.line(text)));
  }

  private String styled(Style style, String visible) {
    return colours == Colours.ON ? style.on(visible) : visible;
  }
}
