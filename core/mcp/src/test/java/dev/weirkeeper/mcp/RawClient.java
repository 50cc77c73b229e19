package dev.weirkeeper.mcp;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that sends what it likes, message or not. */
final class RawClient {
  private final Connection connection;
  private final BlockingQueue<String> answers;

  RawClient(Connection connection, BlockingQueue<String> answers) {
    this.connection = connection;
    this.answers = answers;
  }

  void initialize() {
    send(initialize("2025-11-25"));
    next();
    send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  }

  static String initialize(String version) {
    return "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"initialize\",\"params\":{"
        + "\"protocolVersion\":\""
        + version
        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"raw\",\"version\":\"1\"}}}";
  }

  static String call(int id, String tool, String arguments) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\"tools/call\",\"params\":{\"name\":\""
        + tool
        + "\",\"arguments\":"
        + arguments
        + "}}";
  }

  void send(String line) {
    try {
      connection.accept(line.getBytes(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The next answer; fails if none comes. */
  String next() {
    try {
      String answer = answers.poll(20, TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("No answer came within 20 s");
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  boolean hasAnswer() {
    return !answers.isEmpty();
  }
}
