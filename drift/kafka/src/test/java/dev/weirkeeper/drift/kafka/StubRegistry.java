package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The HTTP interface of a schema registry, as far as the feed asks it, in this process. */
final class StubRegistry implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, ObjectNode> answers = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  final AtomicInteger asked = new AtomicInteger();
  volatile boolean down;
  volatile Optional<String> authorization = Optional.empty();

  /** Answers in the registry's place. */
  volatile Optional<HttpHandler> instead = Optional.empty();

  StubRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    if (instead.isPresent()) {
      instead.get().handle(exchange);
      return;
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    ObjectNode answer = answers.get(exchange.getRequestURI().toString());
    int status = 200;
    if (down) {
      status = 503;
      answer = error(50001, "Error in the backend data store");
    } else if (authorization.isPresent() && !authorization.get().equals(given)) {
      status = 401;
      answer = error(401, "Unauthorized");
    } else if (answer == null) {
      status = 404;
      answer = error(40403, "Schema not found");
    }
    byte[] body = answer.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Answers everything with this. */
  void answer(int status, String body) {
    instead =
        Optional.of(
            exchange -> {
              byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
              exchange.getResponseHeaders().set("Location", address() + "/elsewhere");
              exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
              exchange.getResponseBody().write(bytes);
              exchange.close();
            });
  }

  private static ObjectNode error(int code, String message) {
    return JsonNodeFactory.instance.objectNode().put("error_code", code).put("message", message);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  SchemaRegistry client() {
    return SchemaRegistry.at(address()).build();
  }

  /** Registers an Avro schema as the newest version of a subject. */
  int avro(String subject, int version, String schema) {
    int id = ids.incrementAndGet();
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("schema", schema);
    answers.put("/schemas/ids/" + id, answer);
    ObjectNode versioned = answer.deepCopy().put("subject", subject).put("version", version);
    answers.put("/subjects/" + subject + "/versions/" + version, versioned);
    answers.put("/subjects/" + subject + "/versions/latest", versioned);
    return id;
  }

  /** Registers a Protobuf schema, which is asked for as a descriptor. */
  int protobuf(FileDescriptorProto file) {
    int id = ids.incrementAndGet();
    answers.put(
        "/schemas/ids/" + id + "?format=serialized",
        JsonNodeFactory.instance
            .objectNode()
            .put("schemaType", "PROTOBUF")
            .put("schema", Base64.getEncoder().encodeToString(file.toByteArray())));
    return id;
  }

  void refer(int id, String name, String subject, int version) {
    answers
        .get("/schemas/ids/" + id)
        .putArray("references")
        .addObject()
        .put("name", name)
        .put("subject", subject)
        .put("version", version);
  }

  void mode(String subject, String mode) {
    answers.put(
        "/config/" + subject + "?defaultToGlobal=true",
        JsonNodeFactory.instance.objectNode().put("compatibilityLevel", mode));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
