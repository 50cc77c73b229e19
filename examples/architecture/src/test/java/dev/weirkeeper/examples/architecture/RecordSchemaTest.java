package dev.weirkeeper.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.weirkeeper.Action;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.RecordKinds;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Secret;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.testkit.RandomRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published schemas of records are what the code writes. */
class RecordSchemaTest {
  private static final Path SCHEMAS = Repository.ROOT.resolve("docs/records");
  private static final String ENVELOPE = "record";
  private static final String HOW =
      "run this test with -Drecords.write=true to write it anew, and read what changed: logs of"
          + " earlier versions must stay readable";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T08:00:00Z"), ZoneOffset.UTC);
  private static final long SEED = 25;

  @BeforeAll
  static void write() throws IOException {
    if (Boolean.getBoolean("records.write")) {
      for (String name : published().keySet()) {
        Files.createDirectories(SCHEMAS);
        Files.writeString(file(name), schema(name));
      }
    }
  }

  /** What is published, by the name of its file. */
  private static SortedMap<String, Class<? extends Record>> published() {
    SortedMap<String, Class<? extends Record>> published = new TreeMap<>(RecordKinds.all());
    published.put(ENVELOPE, AuditRecord.class);
    return published;
  }

  static Stream<String> names() {
    return published().keySet().stream();
  }

  private static Path file(String name) {
    return SCHEMAS.resolve(name + ".schema.json");
  }

  private static String schema(String name) throws IOException {
    Map<String, JsonNode> members = new TreeMap<>();
    MAPPER
        .readTree(Json.schemaOf(published().get(name)).text())
        .properties()
        .forEach(member -> members.put(member.getKey(), member.getValue()));
    members.put("$schema", MAPPER.valueToTree("https://json-schema.org/draft/2020-12/schema"));
    members.put("title", MAPPER.valueToTree(name));
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(members).replace("\r", "")
        + "\n";
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_published_schema_says_what_the_code_writes(String name) throws IOException {
    assertThat(file(name)).as(HOW).hasContent(schema(name));
  }

  @Test
  void nothing_else_is_published() throws IOException {
    try (Stream<Path> files = Files.list(SCHEMAS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .allMatch(name -> published().containsKey(name.replace(".schema.json", "")));
    }
  }

  @Test
  void every_kind_is_explained() throws IOException {
    String text = Files.readString(Repository.ROOT.resolve("docs/records.md"));

    for (String kind : RecordKinds.all().keySet()) {
      assertThat(text).contains("`" + kind + "`", "records/" + kind + ".schema.json");
    }
  }

  @Test
  void every_kind_of_the_code_is_in_the_list() throws Exception {
    Set<String> kinds = new TreeSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.weirkeeper")) {
      Optional<JavaField> kind = type.tryGetField("KIND");
      if (type.isRecord() && kind.isPresent()) {
        assertThat(RecordKinds.bodyOf((String) kind.get().reflect().get(null)))
            .as(type.getName())
            .contains(type.reflect().asSubclass(Record.class));
        kinds.add((String) kind.get().reflect().get(null));
      }
    }

    assertThat(kinds).isEqualTo(RecordKinds.all().keySet()).hasSizeGreaterThanOrEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("names")
  void what_can_be_written_is_what_the_schema_says(String name) throws IOException {
    Schema schema = validator(name);
    RandomRecords random = new RandomRecords(SEED);
    for (int i = 0; i < 200; i++) {
      Record body = random.next(published().get(name));
      Json json = Json.of(body);

      assertThat(problems(schema, json)).as("seed %d, %s %d: %s", SEED, name, i, json).isEmpty();
      assertThat(Json.of(json.as(body.getClass())))
          .as("seed %d, %s %d", SEED, name, i)
          .isEqualTo(json);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void what_nobody_writes_is_not_what_the_schema_says(String name) throws IOException {
    Schema schema = validator(name);
    Json json = Json.of(new RandomRecords(SEED).next(published().get(name)));
    Map<String, Object> members = new TreeMap<>();
    Map<?, ?> read = json.as(Map.class);
    read.forEach((key, value) -> members.put((String) key, value));

    List<Json> wrong = new ArrayList<>(List.of(Json.of("text"), Json.of(List.of(json))));
    members.forEach(
        (member, value) -> {
          Map<String, Object> without = new TreeMap<>(members);
          without.remove(member);
          if (!optional(name, member)) {
            wrong.add(Json.of(without));
          }
        });
    members.put("more", 1);
    wrong.add(Json.of(members));

    for (Json each : wrong) {
      assertThat(problems(schema, each)).as(each.text()).isNotEmpty();
    }
  }

  private static boolean optional(String name, String member) {
    return Stream.of(published().get(name).getRecordComponents())
        .anyMatch(each -> each.getName().equals(member) && each.getType() == Optional.class);
  }

  private record Input(String table, @Secret String word) {}

  private record Result(int rows) {}

  @Test
  void what_a_real_door_writes_is_what_the_schemas_say(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("journal-0000000000000000.jsonl");
    writeThroughTheDoor(folder);
    // A tail that was never acknowledged.
    Files.writeString(file, "{\"torn", StandardOpenOption.APPEND);
    JsonLinesSink.open(folder, CLOCK).close();

    Set<String> seen = new TreeSet<>();
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(folder).entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        AuditRecord record = next.get().record();
        seen.add(record.kind());
        assertThat(RecordKinds.all()).containsKey(record.kind());
        assertThat(RecordKinds.read(record).map(Json::of)).contains(record.body());
        assertThat(problems(validator(ENVELOPE), record.canonical())).isEmpty();
        assertThat(problems(validator(record.kind()), record.body())).isEmpty();
      }
    }
    assertThat(seen)
        .contains(
            "act.started",
            "act.finished",
            "act.refused",
            "act.settled",
            "approval.requested",
            "approval.voted",
            "door.frozen",
            "door.thawed",
            "journal.recovered");
  }

  private static void writeThroughTheDoor(Path folder) throws IOException {
    Asset orders = new Asset("shop", "public.orders");
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      Toolbox door =
          Toolbox.builder()
              .journal(new Journal(sink, CLOCK))
              .clock(CLOCK)
              .tools(
                  () ->
                      List.of(
                          tool("rows_count", Effect.READ, DONE),
                          tool("rows_fix", Effect.WRITE, DONE),
                          tool("rows_lose", Effect.WRITE, new Outcome.Unknown("lost"))))
              .memory(DoorMemory.inProcess())
              .limit(Effect.WRITE)
              .grant("ana", Effect.WRITE)
              .grant("claude", Effect.READ)
              .domains(Domains.of(Domain.named("sales").owning("shop:*").approvedBy("ben", "eve")))
              .build();
      Caller ana = new Caller("ana", Caller.Kind.HOST);
      Caller agent = new Caller("claude", Caller.Kind.AGENT);
      Json input = Json.of(new Input("orders", "word"));
      for (String tool : List.of("rows_count", "rows_fix", "rows_drop")) {
        for (Caller caller : List.of(ana, agent)) {
          door.perform(caller, new Action(tool, input, orders), List.of());
        }
      }
      approve(door, agent, new Action("rows_fix", input, orders));
      loseTwice(door, ana, new Action("rows_lose", input, orders));
    }
  }

  private static void approve(Toolbox door, Caller agent, Action action) {
    Outcome asked = door.request(agent, action, "please", Duration.ofHours(1), List.of());
    Hash request = ((Outcome.Done) asked).result().as(Approval.Request.class).id();
    for (String person : List.of("ben", "eve")) {
      door.approvals().approve(new Caller(person, Caller.Kind.HOST), request);
    }
    assertThat(door.perform(agent, action, List.of()).isDone()).isTrue();
  }

  private static void loseTwice(Toolbox door, Caller person, Action action) {
    door.perform(person, action, List.of());
    door.perform(person, action, List.of());
    door.settle(person, door.unsettled().get(0), new Outcome.Failed("looked"), "by hand");
    door.thaw(person, "rows_lose");
  }

  private static final Outcome DONE =
      new Outcome.Done(Json.of(new Result(1)), Outcome.Verification.NOT_NEEDED);

  private static Tool<Input, Result> tool(String name, Effect effect, Outcome outcome) {
    return Tool.of(
        new ToolSpec(
            name,
            "For tests",
            Json.schemaOf(Input.class),
            Json.schemaOf(Result.class),
            effect,
            Repeat.SAFE,
            Undo.NONE,
            Inputs.IDS),
        Input.class,
        (input, call) -> outcome);
  }

  private static Schema validator(String name) throws IOException {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, registry -> registry.schemaRegistryConfig(config))
        .getSchema(Files.readString(file(name)));
  }

  private static List<Error> problems(Schema schema, Json value) throws IOException {
    return schema.validate(MAPPER.readTree(value.text()));
  }
}
