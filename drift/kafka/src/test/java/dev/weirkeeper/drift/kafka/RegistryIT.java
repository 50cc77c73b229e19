package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Verdict;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry over HTTP, and what its drift looks like. */
class RegistryIT {
  private static final String SUBJECT = "shop.public.orders-value";
  private static final Asset ORDERS = new Asset("shop", "public.orders");

  private StubRegistry stub;

  @BeforeEach
  void begin() throws IOException {
    stub = new StubRegistry();
  }

  @AfterEach
  void end() {
    stub.close();
  }

  private static String record(String fields) {
    return "{\"type\":\"record\",\"name\":\"Value\",\"fields\":[" + fields + "]}";
  }

  @Test
  void what_has_an_id_is_asked_once() throws IOException {
    int id = stub.avro(SUBJECT, 1, "\"string\"");
    SchemaRegistry registry = stub.client();

    for (int i = 0; i < 3; i++) {
      assertThat(registry.byId(id, SchemaRegistry.Written.AS_REGISTERED).text())
          .isEqualTo("\"string\"");
    }

    assertThat(stub.asked).hasValue(1);
  }

  @Test
  void a_number_that_is_not_registered_is_unreadable_and_says_what_to_do() {
    assertThatThrownBy(() -> stub.client().byId(99, SchemaRegistry.Written.AS_REGISTERED))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("schema 99 is not registered")
        .hasMessageContaining("Register it again");
  }

  @Test
  void a_registry_that_is_down_is_not_one_that_knows_nothing() throws IOException {
    stub.down = true;
    SchemaRegistry registry = stub.client();

    assertThatThrownBy(() -> registry.byId(1, SchemaRegistry.Written.AS_REGISTERED))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("503");
    stub.close();
    assertThatThrownBy(() -> registry.byId(1, SchemaRegistry.Written.AS_REGISTERED))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("does not answer");
    stub = new StubRegistry();
  }

  @Test
  void invariant_8_whatever_answers_in_a_registrys_place_is_no_registry_that_knows_nothing() {
    for (Map.Entry<String, Runnable> each :
        Map.<String, Runnable>of(
                "status 302", () -> stub.answer(302, ""),
                "no JSON", () -> stub.answer(200, "<html>Sign in</html>"),
                "without a schema", () -> stub.answer(200, "[1, 2]"),
                "not in the words of a registry",
                    () -> stub.answer(404, "{\"message\": \"no route\"}"),
                "look whether its address has a path",
                    () -> stub.answer(404, "{\"error_code\": 404, \"message\": \"Not Found\"}"),
                "larger than", () -> stub.answer(200, "x".repeat(9 << 20)))
            .entrySet()) {
      each.getValue().run();

      assertThatThrownBy(() -> stub.client().byId(1, SchemaRegistry.Written.AS_REGISTERED))
          .as(each.getKey())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(each.getKey());
    }
  }

  @Test
  void an_answer_that_never_ends_is_given_up() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    stub.instead =
        Optional.of(
            exchange -> {
              exchange.sendResponseHeaders(200, 100);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
              try {
                over.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            });
    try {
      assertThatThrownBy(
              () ->
                  SchemaRegistry.at(stub.address())
                      .timeout(Duration.ofMillis(300))
                      .build()
                      .byId(1, SchemaRegistry.Written.AS_REGISTERED))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not whole within PT0.3S");
    } finally {
      over.countDown();
    }
  }

  @Test
  void a_password_is_sent_and_never_shown() throws IOException {
    stub.authorization = Optional.of("Basic YW5hOnRvcC1zZWNyZXQ=");
    int id = stub.avro(SUBJECT, 1, "\"string\"");
    SchemaRegistry.Credentials credentials = new SchemaRegistry.Credentials("ana", "top-secret");

    SchemaRegistry registry =
        SchemaRegistry.at(stub.address())
            .credentials(credentials)
            .timeout(Duration.ofSeconds(2))
            .build();

    assertThat(registry.byId(id, SchemaRegistry.Written.AS_REGISTERED).kind()).isEqualTo("AVRO");
    assertThat(credentials.toString()).doesNotContain("top-secret");
    assertThatThrownBy(() -> stub.client().byId(id, SchemaRegistry.Written.AS_REGISTERED))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("refuses the feed's credentials");
    assertThatThrownBy(() -> SchemaRegistry.at(URI.create("http://ana:top-secret@localhost")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("top-secret");
    assertThatThrownBy(() -> SchemaRegistry.at(URI.create("file:///etc/passwd")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_schema_is_read_with_what_it_refers_to() throws IOException {
    stub.avro("money", 1, "{\"type\":\"record\",\"name\":\"shop.Money\",\"fields\":[]}");
    int id = stub.avro(SUBJECT, 1, record("{\"name\":\"price\",\"type\":\"shop.Money\"}"));
    stub.refer(id, "shop.Money", "money", 1);

    assertThat(
            AvroDecoder.parse(
                    stub.client(), stub.client().byId(id, SchemaRegistry.Written.AS_REGISTERED))
                .getField("price")
                .schema()
                .getFullName())
        .isEqualTo("shop.Money");
  }

  private Observation observed() {
    return new RegistryWatch(stub.client()).observe(ORDERS, SUBJECT, Instant.EPOCH);
  }

  private static List<Finding> between(Observation before, Observation after) {
    return new RegistryDrift().detect(before, after).findings();
  }

  @Test
  void a_mode_that_was_loosened_is_a_matter_of_governance() {
    stub.avro(SUBJECT, 1, record(""));
    stub.mode(SUBJECT, "FULL");
    Observation before = observed();
    stub.mode(SUBJECT, "BACKWARD");

    assertThat(between(before, observed()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("registry.compatibility");
              assertThat(finding.verdict()).isEqualTo(Verdict.COMPATIBLE);
              assertThat(finding.flags()).containsExactly(Flag.GOVERNANCE);
              assertThat(finding.detail().text()).contains("FULL").contains("BACKWARD");
            });
    assertThat(between(observed(), before).get(0).verdict()).isEqualTo(Verdict.METADATA);
  }

  @Test
  void a_version_that_slipped_past_its_mode_is_breaking_and_says_where() {
    stub.mode(SUBJECT, "BACKWARD");
    stub.avro(SUBJECT, 1, record("{\"name\":\"id\",\"type\":\"int\"}"));
    Observation before = observed();
    stub.avro(
        SUBJECT, 2, record("{\"name\":\"id\",\"type\":\"int\"},{\"name\":\"n\",\"type\":\"int\"}"));

    assertThat(between(before, observed()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo("registry.compatibility");
              assertThat(finding.subject()).isEqualTo("version");
              assertThat(finding.verdict()).isEqualTo(Verdict.BREAKING);
              assertThat(finding.detail().text()).contains("READER_FIELD_MISSING_DEFAULT_VALUE");
            });
  }

  @Test
  void a_lost_logical_type_and_a_lost_alias_change_the_meaning() {
    stub.mode(SUBJECT, "NONE");
    stub.avro(
        SUBJECT,
        1,
        record(
            "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
                + "{\"name\":\"b\",\"type\":\"int\",\"aliases\":[\"a\"],\"doc\":\"in cents\"}"));
    Observation before = observed();
    stub.avro(
        SUBJECT,
        2,
        record("{\"name\":\"at\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"int\"}"));

    assertThat(between(before, observed()))
        .extracting(Finding::kind, Finding::subject, Finding::verdict)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(
                "registry.meaning", "logical type at", Verdict.SEMANTIC),
            org.assertj.core.groups.Tuple.tuple("registry.meaning", "alias b", Verdict.SEMANTIC),
            org.assertj.core.groups.Tuple.tuple("registry.meaning", "doc b", Verdict.METADATA));
  }

  @Test
  void invariant_8_a_registry_that_is_down_is_unknown_and_leads_to_nothing() {
    stub.avro(SUBJECT, 1, record(""));
    stub.mode(SUBJECT, "FULL");
    Observation before = observed();
    stub.down = true;
    Observation unknown = observed();

    assertThat(((Facet.Settings) unknown.facets().get(0)).values().get(RegistryWatch.MODE))
        .isInstanceOf(Probe.Unknown.class);
    assertThat(between(before, unknown)).isEmpty();
    stub.down = false;
    assertThat(
            ((Facet.Settings)
                    new RegistryWatch(stub.client())
                        .observe(ORDERS, "nobody", Instant.EPOCH)
                        .facets()
                        .get(0))
                .values()
                .get(RegistryWatch.SCHEMA))
        .isInstanceOf(Probe.Empty.class);
  }
}
