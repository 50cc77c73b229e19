package dev.weirkeeper.examples.conformance;

import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncCompletionSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceTemplateSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema.AudioContent;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.CompleteResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageRequest;
import io.modelcontextprotocol.spec.McpSchema.ElicitFormRequest;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.LoggingMessageNotification;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptArgument;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.PromptReference;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.ResourceContents;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.SamplingMessage;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server that the official conformance suite expects: its tools, resources and prompts have the
 * names and answers that the suite names. It has no door, so that what the suite judges is the
 * transport.
 */
final class Fixture {
  private static final String PNG =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
  private static final String WAV =
      "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==";
  private static final Map<String, Object> NOTHING =
      Map.of("type", "object", "properties", Map.of());
  private static final Pattern TEMPLATE = Pattern.compile("test://template/([^/]+)/data");

  private Fixture() {}

  static McpSyncServer over(McpStreamableServerTransportProvider transport) {
    var server =
        McpServer.sync(transport)
            .serverInfo("weirkeeper-conformance", "1")
            .requestTimeout(Duration.ofMinutes(1))
            .capabilities(
                ServerCapabilities.builder()
                    .tools(true)
                    .resources(true, true)
                    .prompts(true)
                    .logging()
                    .completions()
                    .build());
    contents(server);
    conversations(server);
    resources(server);
    prompts(server);
    return server.build();
  }

  private static void tool(
      McpServer.SyncSpecification<?> server,
      String name,
      Map<String, Object> schema,
      BiFunction<McpSyncServerExchange, CallToolRequest, CallToolResult> handler) {
    server.toolCall(
        Tool.builder(name, schema).description("Of the conformance suite: " + name).build(),
        handler);
  }

  private static void contents(McpServer.SyncSpecification<?> server) {
    constant(server, "test_simple_text", text("This is a simple text response for testing."));
    constant(server, "test_image_content", image());
    constant(server, "test_audio_content", AudioContent.builder(WAV, "audio/wav").build());
    constant(
        server,
        "test_embedded_resource",
        embedded(
            "test://embedded-resource", "text/plain", "This is an embedded resource content."));
    constant(
        server,
        "test_multiple_content_types",
        text("Multiple content types test:"),
        image(),
        embedded(
            "test://mixed-content-resource",
            "application/json",
            "{\"test\":\"data\",\"value\":123}"));
    tool(
        server,
        "test_error_handling",
        NOTHING,
        (exchange, call) ->
            CallToolResult.builder(
                    List.of(text("This tool intentionally returns an error for testing")))
                .isError(true)
                .build());
    tool(server, "json_schema_2020_12_tool", wideSchema(), (exchange, call) -> result("ok"));
  }

  private static Map<String, Object> wideSchema() {
    Map<String, Object> text = Map.of("type", "string");
    return Map.of(
        "$schema",
        "https://json-schema.org/draft/2020-12/schema",
        "type",
        "object",
        "$defs",
        Map.of(
            "address",
            Map.of(
                "$anchor",
                "addressDef",
                "type",
                "object",
                "properties",
                Map.of("street", text, "city", text))),
        "properties",
        Map.of(
            "name",
            text,
            "address",
            Map.of("$ref", "#/$defs/address"),
            "contactMethod",
            Map.of("type", "string", "enum", List.of("phone", "email")),
            "phone",
            text,
            "email",
            text),
        "allOf",
        List.of(
            Map.of(
                "anyOf",
                List.of(
                    Map.of("required", List.of("phone")), Map.of("required", List.of("email"))))),
        "if",
        Map.of(
            "properties",
            Map.of("contactMethod", Map.of("const", "phone")),
            "required",
            List.of("contactMethod")),
        "then",
        Map.of("required", List.of("phone")),
        "else",
        Map.of("required", List.of("email")),
        "additionalProperties",
        false);
  }

  /** Tools that talk to the client before they answer. */
  private static void conversations(McpServer.SyncSpecification<?> server) {
    tool(
        server,
        "test_tool_with_logging",
        NOTHING,
        (exchange, call) -> {
          for (String step :
              List.of("execution started", "processing data", "execution completed")) {
            exchange.loggingNotification(
                LoggingMessageNotification.builder(LoggingLevel.INFO, "Tool " + step).build());
          }
          return result("Logged three messages");
        });
    tool(
        server,
        "test_tool_with_progress",
        NOTHING,
        (exchange, call) -> {
          Object token = call.progressToken();
          if (token != null) {
            for (int done : new int[] {0, 50, 100}) {
              exchange.progressNotification(
                  ProgressNotification.builder(token, done).total(100.0).build());
            }
          }
          return result("Done");
        });
    tool(
        server,
        "test_sampling",
        asking("prompt"),
        (exchange, call) -> {
          Content answer =
              exchange
                  .createMessage(
                      CreateMessageRequest.builder(
                              List.of(
                                  SamplingMessage.builder(Role.USER, text(argument(call, "prompt")))
                                      .build()),
                              100)
                          .build())
                  .content();
          return result("LLM response: " + (answer instanceof TextContent said ? said.text() : ""));
        });
    tool(
        server,
        "test_elicitation",
        asking("message"),
        (exchange, call) ->
            asked(
                exchange,
                "User response",
                argument(call, "message"),
                Map.of(
                    "username",
                    Map.of("type", "string", "description", "User's response"),
                    "email",
                    Map.of("type", "string", "description", "User's email address"))));
    tool(
        server,
        "test_elicitation_sep1034_defaults",
        NOTHING,
        (exchange, call) ->
            asked(
                exchange,
                "Elicitation completed",
                "Please review and update the form fields with defaults",
                Map.of(
                    "name",
                    Map.of("type", "string", "default", "John Doe"),
                    "age",
                    Map.of("type", "integer", "default", 30),
                    "score",
                    Map.of("type", "number", "default", 95.5),
                    "status",
                    Map.of(
                        "type",
                        "string",
                        "enum",
                        List.of("active", "inactive", "pending"),
                        "default",
                        "active"),
                    "verified",
                    Map.of("type", "boolean", "default", true))));
    tool(
        server,
        "test_elicitation_sep1330_enums",
        NOTHING,
        (exchange, call) -> asked(exchange, "Elicitation completed", "Please choose", choices()));
  }

  private static Map<String, Object> choices() {
    List<String> plain = List.of("option1", "option2", "option3");
    List<Map<String, String>> titled =
        List.of(
            Map.of("const", "value1", "title", "First Option"),
            Map.of("const", "value2", "title", "Second Option"),
            Map.of("const", "value3", "title", "Third Option"));
    return Map.of(
        "untitledSingle",
        Map.of("type", "string", "enum", plain),
        "titledSingle",
        Map.of("type", "string", "oneOf", titled),
        "legacyEnum",
        Map.of(
            "type",
            "string",
            "enum",
            List.of("opt1", "opt2", "opt3"),
            "enumNames",
            List.of("Option One", "Option Two", "Option Three")),
        "untitledMulti",
        Map.of("type", "array", "items", Map.of("type", "string", "enum", plain)),
        "titledMulti",
        Map.of("type", "array", "items", Map.of("anyOf", titled)));
  }

  private static CallToolResult asked(
      McpSyncServerExchange exchange,
      String answered,
      String message,
      Map<String, Object> properties) {
    ElicitResult result =
        exchange.createElicitation(
            ElicitFormRequest.builder(message, Map.of("type", "object", "properties", properties))
                .build());
    return result(answered + ": action=" + result.action() + ", content=" + result.content());
  }

  private static void resources(McpServer.SyncSpecification<?> server) {
    resource(
        server,
        content(
            "test://static-text",
            "text/plain",
            "This is the content of the static text resource."));
    resource(
        server,
        BlobResourceContents.builder("test://static-binary", PNG).mimeType("image/png").build());
    resource(server, content("test://watched-resource", "text/plain", "Watched."));
    server.resourceTemplates(
        new SyncResourceTemplateSpecification(
            ResourceTemplate.builder("test://template/{id}/data", "template")
                .description("Data of an id")
                .mimeType("application/json")
                .build(),
            (exchange, read) -> {
              Matcher matcher = TEMPLATE.matcher(read.uri());
              String id = matcher.matches() ? matcher.group(1) : "";
              return ReadResourceResult.builder(
                      List.of(
                          content(
                              read.uri(),
                              "application/json",
                              "{\"id\":\""
                                  + id
                                  + "\",\"templateTest\":true,\"data\":\"Data for ID: "
                                  + id
                                  + "\"}")))
                  .build();
            }));
  }

  private static void resource(McpServer.SyncSpecification<?> server, ResourceContents contents) {
    server.resources(
        new SyncResourceSpecification(
            Resource.builder(contents.uri(), contents.uri().substring("test://".length()))
                .description("Of the conformance suite")
                .mimeType(contents.mimeType())
                .build(),
            (exchange, read) -> ReadResourceResult.builder(List.of(contents)).build()));
  }

  private static void prompts(McpServer.SyncSpecification<?> server) {
    prompt(
        server,
        described("test_simple_prompt", "A simple prompt"),
        arguments -> List.of(text("This is a simple prompt for testing.")));
    prompt(
        server,
        described(
            "test_prompt_with_arguments",
            "A prompt with arguments",
            required("arg1", "First test argument"),
            required("arg2", "Second test argument")),
        arguments ->
            List.of(
                text(
                    "Prompt with arguments: arg1='"
                        + arguments.get("arg1")
                        + "', arg2='"
                        + arguments.get("arg2")
                        + "'")));
    prompt(
        server,
        described(
            "test_prompt_with_embedded_resource",
            "A prompt with a resource",
            required("resourceUri", "Address of the resource")),
        arguments ->
            List.of(
                embedded(
                    String.valueOf(arguments.get("resourceUri")),
                    "text/plain",
                    "Embedded resource content for testing."),
                text("Please process the embedded resource above.")));
    prompt(
        server,
        described("test_prompt_with_image", "A prompt with an image"),
        arguments -> List.of(image(), text("Please analyze the image above.")));
    server.completions(
        new SyncCompletionSpecification(
            new PromptReference("test_prompt_with_arguments"),
            (exchange, asked) ->
                new CompleteResult(
                    new CompleteResult.CompleteCompletion(
                        List.of("paris", "park", "party"), 3, false))));
  }

  /** What a prompt says to arguments. */
  @FunctionalInterface
  private interface Words {
    List<Content> of(Map<String, Object> arguments);
  }

  private static void prompt(McpServer.SyncSpecification<?> server, Prompt prompt, Words words) {
    server.prompts(
        new SyncPromptSpecification(
            prompt,
            (exchange, asked) ->
                GetPromptResult.builder(
                        words.of(asked.arguments() == null ? Map.of() : asked.arguments()).stream()
                            .map(content -> PromptMessage.builder(Role.USER, content).build())
                            .toList())
                    .description(prompt.description())
                    .build()));
  }

  private static Prompt described(String name, String description, PromptArgument... arguments) {
    return Prompt.builder(name).description(description).arguments(List.of(arguments)).build();
  }

  private static PromptArgument required(String name, String description) {
    return PromptArgument.builder(name).description(description).required(true).build();
  }

  private static void constant(
      McpServer.SyncSpecification<?> server, String name, Content... contents) {
    tool(
        server,
        name,
        NOTHING,
        (exchange, call) -> CallToolResult.builder(List.of(contents)).build());
  }

  private static Map<String, Object> asking(String argument) {
    return Map.of(
        "type",
        "object",
        "properties",
        Map.of(argument, Map.of("type", "string")),
        "required",
        List.of(argument));
  }

  private static String argument(CallToolRequest call, String name) {
    return String.valueOf(call.arguments().get(name));
  }

  private static CallToolResult result(String text) {
    return CallToolResult.builder(List.of(text(text))).build();
  }

  private static TextContent text(String text) {
    return TextContent.builder(text).build();
  }

  private static ImageContent image() {
    return ImageContent.builder(PNG, "image/png").build();
  }

  private static EmbeddedResource embedded(String uri, String type, String text) {
    return EmbeddedResource.builder(content(uri, type, text)).build();
  }

  private static TextResourceContents content(String uri, String type, String text) {
    return TextResourceContents.builder(uri, text).mimeType(type).build();
  }
}
