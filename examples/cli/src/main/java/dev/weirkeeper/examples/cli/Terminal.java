package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a command writes, and whether a person sits there.
 *
 * @param width of a person's terminal in columns; empty: nobody looks, so nothing is cut
 * @param question how a person is asked; empty: nobody can be
 * @param environment variables, by name
 */
record Terminal(
    PrintWriter out,
    PrintWriter err,
    Optional<Integer> width,
    Optional<UnaryOperator<String>> question,
    Map<String, String> environment) {
  private static final Logger LOG = LoggerFactory.getLogger(Terminal.class);
  private static final Pattern SIZE = Pattern.compile("\\s*\\d+\\s+(\\d{1,4})\\s*");
  private static final int USUAL_WIDTH = 100;
  private static final int NARROWEST = 40;

  Terminal {
    requireNonNull(out, "out");
    requireNonNull(err, "err");
    requireNonNull(width, "width");
    requireNonNull(question, "question");
    environment = Map.copyOf(environment);
  }

  /** The one of this process. */
  static Terminal ofThisProcess() {
    Optional<Console> console = Optional.ofNullable(System.console()).filter(Terminal::isTerminal);
    return new Terminal(
        writer(System.out),
        writer(System.err),
        console.map(present -> columns(System.getenv())),
        console.map(present -> text -> ask(present, text)),
        System.getenv());
  }

  /** Without a person: for pipes, files and tests. */
  static Terminal plain(PrintWriter out, PrintWriter err, Map<String, String> environment) {
    return new Terminal(out, err, Optional.empty(), Optional.empty(), environment);
  }

  boolean isPerson() {
    return width.isPresent();
  }

  /** In the encoding of the terminal, whatever that of files is. */
  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(
        new OutputStreamWriter(stream, Charset.forName(System.getProperty("native.encoding"))),
        true);
  }

  /** From JDK 22 on there is a console without a terminal too; only there it can be asked. */
  private static boolean isTerminal(Console console) {
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      LOG.debug("Whether a person sits there cannot be asked, so nobody does", e);
      return false;
    }
  }

  private static String ask(Console console, String text) {
    String answer = console.readLine("%s", text);
    return answer == null ? "" : answer;
  }

  private static int columns(Map<String, String> environment) {
    String told = environment.getOrDefault("COLUMNS", "");
    if (told.matches("\\d{1,4}")) {
      return Math.max(NARROWEST, Integer.parseInt(told));
    }
    return Math.max(NARROWEST, askTerminal().orElse(USUAL_WIDTH));
  }

  private static Optional<Integer> askTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(Redirect.DISCARD)
              .start();
      try (BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(stty.getInputStream(), StandardCharsets.US_ASCII))) {
        Matcher size = SIZE.matcher(String.valueOf(answer.readLine()));
        return size.matches() ? Optional.of(Integer.valueOf(size.group(1))) : Optional.empty();
      }
    } catch (IOException e) {
      LOG.debug("No stty tells the width of the terminal", e);
      return Optional.empty();
    }
  }
}
