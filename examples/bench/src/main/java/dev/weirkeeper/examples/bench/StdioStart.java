package dev.weirkeeper.examples.bench;

import dev.weirkeeper.examples.bench.McpServers.Side;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long a client waits from starting a server until it knows its tools. */
final class StdioStart {
  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
          + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":"
          + "\"1\"}}}";
  private static final String INITIALIZED =
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}";

  private StdioStart() {}

  static void measure(int rounds, PrintStream out) throws Exception {
    List<Double> bare = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    once(Side.BARE);
    once(Side.GUARDED);
    for (int round = 0; round < rounds; round++) {
      double first = once(round % 2 == 0 ? Side.BARE : Side.GUARDED);
      double second = once(round % 2 == 0 ? Side.GUARDED : Side.BARE);
      double baseline = round % 2 == 0 ? first : second;
      bare.add(baseline);
      ratios.add((round % 2 == 0 ? second : first) / baseline);
    }
    Bench.print(out, "stdio start to tools/list, bare SDK, ms", bare);
    Bench.print(out, "stdio start to tools/list (aim 1.3)", ratios);
  }

  private static double once(Side side) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(arguments(side, Path.of("unused")));
    long began = System.nanoTime();
    Process server =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (OutputStream in = server.getOutputStream();
        BufferedReader replies =
            new BufferedReader(
                new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      send(in, INITIALIZE);
      expect(replies, "protocolVersion");
      send(in, INITIALIZED);
      send(in, LIST);
      expect(replies, McpServers.READ);
      return (System.nanoTime() - began) / 1e6;
    } finally {
      server.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    }
  }

  private static void send(OutputStream in, String line) throws IOException {
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  private static void expect(BufferedReader replies, String part) throws IOException {
    String reply = replies.readLine();
    if (reply == null || !reply.contains(part)) {
      throw new IOException("The server answered what was not asked: " + reply);
    }
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static List<String> arguments(Side side, Path folder) {
    return List.of(
        "-cp",
        System.getProperty("java.class.path"),
        McpServers.class.getName(),
        side.name(),
        folder.toString());
  }
}
