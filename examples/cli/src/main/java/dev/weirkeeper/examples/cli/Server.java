package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Consumer;

/** The running server of a folder, as commands ask it: each by a tool, through its door. */
final class Server {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Output output;
  private final ServerLine line;

  private Server(Output output, ServerLine line) {
    this.output = output;
    this.line = line;
  }

  /** What is asked of a server. */
  @FunctionalInterface
  interface Question {
    int ask(Server server) throws Failure;
  }

  /** Connects, asks and hangs up. */
  static int ask(Cli cli, Question question) throws Failure {
    Output output = cli.output();
    try (ServerLine line = ServerLine.to(cli.place().socket(), output::warn)) {
      return question.ask(new Server(output, line));
    }
  }

  /** Input of a tool, by names and values in turn. A value that is empty is left out. */
  static ObjectNode input(Object... namesAndValues) {
    ObjectNode input = MAPPER.createObjectNode();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = String.valueOf(namesAndValues[i]);
      Object value = namesAndValues[i + 1];
      Optional<?> given = value instanceof Optional<?> maybe ? maybe : Optional.of(value);
      given.ifPresent(present -> input.set(name, MAPPER.valueToTree(present)));
    }
    return input;
  }

  /** What a tool that reads answers. */
  JsonNode read(String tool, ObjectNode input) throws Failure {
    Reply reply = call(tool, input, ServerLine.Call.READS);
    if (reply.exit() != Exit.DONE) {
      throw reply.failure();
    }
    return reply.content();
  }

  /** Asks a tool that reads, and shows what it answers. */
  int show(String tool, ObjectNode input, String... first) throws Failure {
    return show(read(tool, input), first);
  }

  /** The same for what somebody decides on: nothing is cut. */
  int showInFull(String tool, ObjectNode input, String... first) throws Failure {
    JsonNode answer = read(tool, input);
    if (output.isJson()) {
      return show(answer);
    }
    new Sheet(output, first).inFull().print(answer);
    return Exit.DONE.status();
  }

  int show(JsonNode answer, String... first) {
    if (output.isJson()) {
      output.json(new Reply(Exit.DONE, answer).json());
    } else {
      new Sheet(output, first).print(answer);
    }
    return Exit.DONE.status();
  }

  /** Has a tool act, and shows what it came to. */
  int act(String tool, ObjectNode input, String... first) throws Failure {
    Reply reply = call(tool, input, ServerLine.Call.WRITES);
    if (reply.exit() != Exit.DONE) {
      throw reply.failure();
    }
    return show(reply.content(), first);
  }

  /** On a person's terminal the newest word of progress stands in one line of stderr. */
  private Reply call(String tool, ObjectNode input, ServerLine.Call effect) throws Failure {
    Progress progress = new Progress(output.terminal());
    try {
      return line.call(tool, input, effect, progress);
    } finally {
      progress.clear();
    }
  }

  private static final class Progress implements Consumer<String> {
    private final Terminal terminal;
    private int shown;

    Progress(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public void accept(String words) {
      if (terminal.isPerson()) {
        int columns = Table.columns(words);
        terminal.err().print("\r" + words + " ".repeat(Math.max(0, shown - columns)));
        terminal.err().flush();
        shown = columns;
      }
    }

    void clear() {
      if (shown > 0) {
        terminal.err().print("\r" + " ".repeat(shown) + "\r");
        terminal.err().flush();
      }
    }
  }
}
