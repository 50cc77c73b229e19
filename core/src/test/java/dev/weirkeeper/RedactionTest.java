package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final String PEM =
      "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          postgres://ana:hunter2@db:5432/shop | postgres://ana:[redacted]@db:5432/shop
          redis://:hunter2@cache/0 | redis://:[redacted]@cache/0
          amqp://ana:hun@ter2@mq/v | amqp://ana:[redacted]@mq/v
          postgres://ana:hun/ter2@db/shop | postgres://ana:[redacted]@db/shop
          jdbc:postgresql://db/shop?user=ana&password=hunter2&ssl=true | jdbc:postgresql://db/shop?user=ana&password=[redacted]&ssl=true
          jdbc:postgresql://db/shop?sslpassword=hunter2 | jdbc:postgresql://db/shop?sslpassword=[redacted]
          jdbc:sqlserver://db;user=sa;password=hunter2;encrypt=true | jdbc:sqlserver://db;user=sa;password=[redacted];encrypt=true
          Server=db;Password=my pass word;Encrypt=true | Server=db;Password=[redacted];Encrypt=true
          jdbc:oracle:thin:scott/tiger@//db:1521/x | jdbc:oracle:thin:scott/[redacted]@//db:1521/x
          host=db password=hunter2 dbname=shop | host=db password=[redacted] dbname=shop
          host=db password='hun\\'ter 2' dbname=shop | host=db password='[redacted]' dbname=shop
          AccountName=a;AccountKey=abc/d+e==;EndpointSuffix=x | AccountName=a;AccountKey=[redacted];EndpointSuffix=x
          Endpoint=sb://x/;SharedAccessKey=abc= | Endpoint=sb://x/;SharedAccessKey=[redacted]
          https://a.blob/x?sv=2024&sig=ab%2Bc&se=1 | https://a.blob/x?sv=2024&sig=[redacted]&se=1
          https://b.s3/x?X-Amz-Signature=abc&X-Amz-Expires=60 | https://b.s3/x?X-Amz-Signature=[redacted]&X-Amz-Expires=60
          Authorization: Bearer abc.def | Authorization: [redacted]
          curl -H 'Authorization: Basic YTpi' http://x | curl -H 'Authorization: [redacted]' http://x
          sent Bearer abc123defg to it | sent Bearer [redacted] to it
          sent Basic YW5hOmh1bnRlcjI= to it | sent Basic [redacted] to it
          {"database.password":"hunter2","x":1} | {"database.password":"[redacted]","x":1}
          { "apiKey" : "a\\"b" } | { "apiKey" : "[redacted]" }
          {\\"password\\":\\"hun\\\\\\"ter2\\",\\"x\\":1} | {\\"password\\":\\"[redacted]\\",\\"x\\":1}
          "{""password"":""hunter2"",""x"":1}" | "{""password"":""[redacted]"",""x"":1}"
          {"tokens":["a","b"],"x":1} | {"tokens":[redacted],"x":1}
          {"name":"DB_PASSWORD","value":"hunter2"} | {"name":"DB_PASSWORD","value":"[redacted]"}
          <property name="password" value="hunter2"/> | <property name="password" value="[redacted]"/>
          <password>hunter2</password> | <password>[redacted]</password>
          {user=ana, password=hunter2} | {user=ana, password=[redacted]}
          Login[user=ana, password=hunter2] | Login[user=ana, password=[redacted]]
          ALTER ROLE ana PASSWORD 'hunter2' | ALTER ROLE ana PASSWORD '[redacted]'
          ALTER ROLE ana PASSWORD E'hunter2' | ALTER ROLE ana PASSWORD E'[redacted]'
          ALTER ROLE ana PASSWORD $x$hunter2$x$ | ALTER ROLE ana PASSWORD $x$[redacted]$x$
          EXECUTE 'ALTER ROLE ana PASSWORD ''hunter2''' | EXECUTE 'ALTER ROLE ana PASSWORD ''[redacted]'''
          CREATE USER ana IDENTIFIED BY 'hunter2' | CREATE USER ana IDENTIFIED BY '[redacted]'
          UPDATE u SET password = 'it''s me' WHERE id = 1 | UPDATE u SET password = '[redacted]' WHERE id = 1
          SELECT 1 FROM u WHERE token != 'abc' | SELECT 1 FROM u WHERE token != '[redacted]'
          tool --password hunter2 --user ana | tool --password [redacted] --user ana
          tool --api-key=hunter2 --user ana | tool --api-key=[redacted] --user ana
          the api key: hunter2 | the api key: [redacted]
          private key = hunter2 | private key = [redacted]
          password: hunter2 | password: [redacted]
          sasl.jaas.config=X required username="u" password="p"; | sasl.jaas.config=[redacted] required username="u" password="[redacted]";
          aws_access_key_id = AKIAFIXTURE0000000001 | aws_access_key_id = [redacted]
          literal AKIAFIXTURE0000000001 fails | literal [redacted] fails
          ASIAFIXTURE0000000001, | [redacted],
          ghp_0123456789abcdefABCDEF | [redacted]
          github_pat_0123456789abcdefABCDEF_x | [redacted]
          see xoxb-0123456789-abcdef | see [redacted]
          sk-proj-0123456789abcdefABCD | [redacted]
          https://dapi0123456789abcdef0123456789abcdef@adb/x | https://[redacted]@adb/x
          got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 back | got [redacted] back
          config["password"] = "hunter2" | config["password"] = "[redacted]"
          secret => 'hunter2' | secret => '[redacted]'
          password="abc"def x | password=[redacted] x
          """)
  void a_secret_in_a_text_is_blanked(String text, String expected) {
    assertThat(Redaction.redacted(text)).isEqualTo(expected);
    assertThat(Redaction.redacted(expected)).isEqualTo(expected);
  }

  @Test
  void a_private_key_is_blanked_whole_or_to_the_end() {
    assertThat(Redaction.redacted("key\n" + PEM + "\nrest")).isEqualTo("key\n[redacted]\nrest");
    assertThat(Redaction.redacted("key " + PEM.substring(0, 45))).isEqualTo("key [redacted]");
    assertThat(Redaction.redacted("-----BEGIN CERTIFICATE-----\nMIIE"))
        .isEqualTo("-----BEGIN CERTIFICATE-----\nMIIE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT password, token FROM users WHERE id = 5",
        "SELECT u.password_hash IS NULL FROM users u WHERE token IS NOT NULL AND id = $1",
        "UPDATE users SET password = $1 WHERE token = ?",
        "ALTER TABLE users ADD COLUMN password text NOT NULL",
        "column public.users.password was removed",
        "FATAL: password authentication failed for user \"ana\"",
        "$.password: expected text, found a JSON NUMBER",
        "$: password is missing",
        "SHOW password_encryption",
        "password_encryption = scram-sha-256",
        "Done. PASS=23 WARN=0 ERROR=0 SKIP=0 TOTAL=23",
        "{\"max_tokens\":4096,\"type\":\"string\"}",
        "{\"password\":null,\"token\":true}",
        "password=${DB_PASSWORD} token={{ token }}",
        "ssl.keystore.location=/etc/kafka/client.jks",
        "https://example.org:8443/users/@me?next=/home",
        "git@example.org:ana/repo.git",
        "http://[::1]:8080/a@b",
        "primary key: id, foreign key: customer_id",
        "key=42 sort_key=a partition.key=b",
        "/var/lib/weirkeeper/journal-0000000000000000.jsonl",
        "basic authentication is not bearer authentication",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "0/16B3748 shop/public.orders 2026-11-25T13:00:00Z",
        "a -> b :: c := d >= e != f --g h",
        "note::text = 'x' AND secretary = 'ana'",
        "sk-learn-pipelines-are-not-keys",
        "-- password must be set by a person",
        "",
        "'",
        "=",
        "://",
        "password"
      })
  void other_text_is_left_alone(String text) {
    assertThat(Redaction.redacted(text)).isEqualTo(text);
  }

  @Test
  void queries_and_attacks_of_the_corpus_without_secrets_are_left_alone() throws IOException {
    Path corpus = Path.of(System.getProperty("corpus.dir", "none"), "security");
    Assumptions.assumeTrue(Files.isDirectory(corpus), "no corpus at " + corpus);
    List<String> texts = new ArrayList<>();
    for (Object query :
        Json.parse(Files.readString(corpus.resolve("benign-sql-open.json"))).as(List.class)) {
      texts.add(((Json) query).as(String.class));
    }
    for (String line : Files.readAllLines(corpus.resolve("redteam-sql-open.tsv"))) {
      texts.add(line);
    }

    assertThat(texts).hasSizeGreaterThan(50);
    assertThat(texts).allSatisfy(text -> assertThat(Redaction.redacted(text)).isEqualTo(text));
  }

  @Test
  void secrets_of_the_corpus_are_blanked() throws IOException {
    Path corpus = Path.of(System.getProperty("corpus.dir", "none"), "security");
    Assumptions.assumeTrue(Files.isDirectory(corpus), "no corpus at " + corpus);
    List<String> attacks =
        Files.readAllLines(corpus.resolve("redteam-agent-open.tsv")).stream()
            .filter(line -> line.startsWith("secrets-"))
            .toList();

    assertThat(attacks).isNotEmpty();
    for (String attack : attacks) {
      assertThat(Redaction.redacted(attack))
          .contains(Redaction.MARK)
          .doesNotContain("hunter2", "AKIAFIXTURE", "password=..");
    }
  }

  /** Ways to write down a secret; {@code #} stands for it. */
  private static final List<String> PLACES =
      List.of(
          "postgres://ana:#@db/shop",
          "jdbc:postgresql://db/shop?user=ana&password=#&a=b",
          "{\"db.password\":\"#\"}",
          "{\\\"db.password\\\":\\\"#\\\"}",
          "password=#",
          "Password=#;Server=x",
          "client_secret = '#'",
          "Authorization: Bearer #",
          "ALTER ROLE ana WITH PASSWORD '#'",
          "--token #",
          "<apiKey>#</apiKey>",
          "{user=ana, password=#, x=y}",
          "connection string: #");

  private static final List<String> SURROUNDINGS =
      List.of(
          "\n",
          " ",
          ", ",
          ": ",
          " = ",
          "\"",
          "'",
          "{",
          "}",
          "[",
          "]",
          "(",
          ")",
          "password",
          "token ",
          "://",
          "@",
          "=",
          ":",
          "\\",
          "\\\"",
          "SELECT 1; ",
          "name",
          "value",
          "Bearer ",
          "[redacted]",
          "$1",
          "-----BEGIN ",
          "--",
          "<a>",
          "</a>",
          "&x=y",
          "é",
          "\ud83d\ude00",
          "eyJ",
          "sk-",
          ";");

  @Test
  void planted_secrets_never_survive_and_blanking_twice_is_blanking_once() {
    long seed = 9;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String secret = secret(random);
      String text =
          surroundings(random)
              + "\n"
              + PLACES.get(random.nextInt(PLACES.size())).replace("#", secret)
              + "\n"
              + surroundings(random);

      String redacted = Redaction.redacted(text);

      assertThat(redacted).as("seed %d, text %d: %s", seed, i, text).doesNotContain(secret);
      assertThat(Redaction.redacted(redacted))
          .as("seed %d, text %d: %s", seed, i, text)
          .isEqualTo(redacted);
    }
  }

  private static String secret(Random random) {
    String characters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!%+.~_-*^|";
    StringBuilder secret = new StringBuilder("Q");
    for (int i = 7 + random.nextInt(20); i > 0; i--) {
      secret.append(characters.charAt(random.nextInt(characters.length())));
    }
    return secret.append("7Z").toString();
  }

  private static String surroundings(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(SURROUNDINGS.get(random.nextInt(SURROUNDINGS.size())));
    }
    return text.toString();
  }

  @Test
  void what_is_blanked_may_be_cut_anywhere() {
    String secret = "Qhunter2hunter2";
    for (String place : PLACES) {
      String text = place.replace("#", secret);
      for (int cut = text.indexOf(secret) + secret.length(); cut <= text.length(); cut++) {
        String start = text.substring(0, cut);
        // An address is one only up to its host.
        if (!place.startsWith("postgres:") && !place.startsWith("<") || cut == text.length()) {
          assertThat(Redaction.redacted(start)).as(start).doesNotContain(secret);
        }
      }
    }
  }

  /** Counts how often it is asked for a character. */
  private static final class Counted implements CharSequence {
    private final String text;
    private long asked;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      asked++;
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      asked += end - start;
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static List<String> hostile() {
    return List.of(
        "password=",
        "://",
        "a://b:c",
        "a://b:c/",
        "://a:",
        "'",
        "\"",
        "\\\"",
        "=",
        ":",
        "token:",
        "-",
        "--",
        "--token ",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY",
        "eyJ",
        "eyJ-",
        "eyJa.",
        "sk-",
        "sk-a",
        "xoxb-",
        "AKIA",
        "Bearer ",
        "basic a",
        "password: [",
        "secret={",
        "token ='",
        "x='password '",
        "$",
        "$$",
        "token $a",
        ":token>",
        "<token>",
        "a:token>b",
        "jdbc:oracle:thin:",
        "jdbc:oracle:thin:a/",
        " ",
        "password= ",
        "=  ",
        "name=token ",
        "name=token value",
        ";token= ",
        ";token=a;",
        "\\",
        "password=\\",
        "[redacted]",
        "[",
        "]",
        "password=[redacted]",
        "api key ",
        "authorization: ",
        "cookie:",
        "password=\"",
        "token=a,",
        "é",
        "a.",
        "@");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostile_text_takes_time_in_proportion_to_its_length(String part) {
    for (String end : List.of("", "@", "\"", "\n", "<", "x=password")) {
      int length = 1 << 17;
      Counted text = new Counted(part.repeat(length / part.length() + 1) + end);

      String redacted = SecretText.redacted(text);

      assertThat(redacted).isNotNull();
      assertThat(text.asked).as(part + "…" + end).isLessThan(400L * length);
    }
  }

  @Test
  void a_million_characters_of_all_that_is_hostile_are_done_in_one_go() {
    Random random = new Random(1);
    StringBuilder mixed = new StringBuilder();
    while (mixed.length() < 1 << 20) {
      mixed.append(hostile().get(random.nextInt(hostile().size())));
    }
    Counted text = new Counted(mixed.toString());

    assertThat(SecretText.redacted(text)).contains(Redaction.MARK);
    assertThat(text.asked).isLessThan(400L << 20);
  }

  private record Login(String user, @Secret String word, Optional<Login2> next) {}

  private record Login2(@Secret List<String> words, @Secret Json any) {}

  private sealed interface Way {}

  private record ByWord(String user, @Secret String word) implements Way {}

  private record ByName(String user, String word) implements Way {}

  private record Ways(List<Way> ways, Map<String, Login2> more) {}

  @Nested
  class Schemas {
    @Test
    void a_secret_component_is_write_only_in_the_schema() {
      assertThat(Json.schemaOf(Login2.class).text())
          .contains(
              "\"any\":{\"writeOnly\":true}",
              "\"words\":{\"items\":{\"type\":\"string\"},\"type\":\"array\",\"writeOnly\":true}");
      assertThat(Json.schemaOf(ByName.class).text()).doesNotContain("writeOnly");
    }

    @Test
    void what_a_schema_marks_is_blanked_at_whatever_depth() {
      Login login =
          new Login(
              "ana",
              "plain",
              Optional.of(new Login2(List.of("one", "two"), Json.of(Map.of("a", 1)))));

      assertThat(Redaction.redacted(Json.schemaOf(Login.class), Json.of(login)))
          .hasToString(
              "{\"next\":{\"any\":\"[redacted]\",\"words\":\"[redacted]\"},\"user\":\"ana\","
                  + "\"word\":\"[redacted]\"}");
    }

    @Test
    void of_alternatives_the_one_that_the_value_is_counts() {
      Ways ways =
          new Ways(
              List.of(new ByWord("ana", "plain"), new ByName("bob", "plain")),
              Map.of("x", new Login2(List.of(), Json.of("y"))));

      assertThat(Redaction.redacted(Json.schemaOf(Ways.class), Json.of(ways)))
          .hasToString(
              "{\"more\":{\"x\":{\"any\":\"[redacted]\",\"words\":\"[redacted]\"}},\"ways\":["
                  + "{\"is\":\"by-word\",\"user\":\"ana\",\"word\":\"[redacted]\"},"
                  + "{\"is\":\"by-name\",\"user\":\"bob\",\"word\":\"plain\"}]}");
    }

    @Test
    void a_schema_of_others_may_refer_to_itself() {
      Json schema =
          Json.parse(
              "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"properties\":{\"word\":{\"writeOnly\":"
                  + "true},\"next\":{\"allOf\":[{\"$ref\":\"#/$defs/node\"},{\"$ref\":\"#/$defs/node\"}]}},"
                  + "\"allOf\":[{\"$ref\":\"#/$defs/node\"},{\"$ref\":\"#/$defs/node\"}]}}}");

      assertThat(
              Redaction.redacted(
                  schema,
                  Json.parse("{\"word\":\"a\",\"next\":{\"word\":\"b\",\"next\":{\"word\":1}}}")))
          .hasToString(
              "{\"next\":{\"next\":{\"word\":\"[redacted]\"},\"word\":\"[redacted]\"},"
                  + "\"word\":\"[redacted]\"}");
    }

    @Test
    void names_and_texts_are_looked_at_beside_the_schema() {
      assertThat(
              Redaction.redacted(
                  Json.schemaOf(ByName.class),
                  Json.parse("{\"is\":\"by-name\",\"user\":\"password=a\",\"password\":\"b\"}")))
          .hasToString(
              "{\"is\":\"by-name\",\"password\":\"[redacted]\",\"user\":\"password=[redacted]\"}");
    }
  }

  @Nested
  class Values {
    @Test
    void secrets_04_members_named_like_secrets_are_blanked() {
      assertThat(
              Redaction.redacted(
                  Json.parse(
                      "{\"database.password\":\"x\",\"sasl.jaas.config\":\"x\",\"ssl.key\":\"x\","
                          + "\"aws_secret_access_key\":\"x\",\"url\":\"jdbc:a://b?user=u&password=x\","
                          + "\"credentials\":{\"user\":\"u\"},\"pin_token\":1234,\"max_tokens\":5,"
                          + "\"password\":null,\"tokens\":true,\"plain\":\"y\"}")))
          .isEqualTo(
              Json.parse(
                  "{\"database.password\":\"[redacted]\",\"sasl.jaas.config\":\"[redacted]\","
                      + "\"ssl.key\":\"[redacted]\",\"aws_secret_access_key\":\"[redacted]\","
                      + "\"url\":\"jdbc:a://b?user=u&password=[redacted]\","
                      + "\"credentials\":\"[redacted]\",\"pin_token\":\"[redacted]\","
                      + "\"max_tokens\":5,\"password\":null,\"tokens\":true,\"plain\":\"y\"}"));
    }

    @Test
    void secrets_04_json_in_texts_in_json_is_looked_into() {
      Json innermost = Json.of(Map.of("password", "hunter2", "x", 1));
      Json inner = Json.of(Map.of("config", innermost.text()));
      Json outer = Json.of(Map.of("body", " " + inner.text()));

      Json redacted = Redaction.redacted(outer);

      assertThat(redacted.text()).doesNotContain("hunter2").contains("x");
      assertThat(Redaction.redacted(redacted)).isEqualTo(redacted);
    }

    @Test
    void json_in_a_text_is_left_as_it_is_if_it_holds_no_secret() {
      Json value = Json.of(Map.of("body", "{ \"b\" : 1.0, \"a\" : [ ] }"));

      assertThat(Redaction.redacted(value)).isEqualTo(value);
    }

    @Test
    void settings_by_name_and_value_are_found() {
      assertThat(
              Redaction.redacted(
                  Json.parse(
                      "[{\"name\":\"database.password\",\"value\":\"x\"},"
                          + "{\"name\":\"database.user\",\"value\":\"x\"}]")))
          .hasToString(
              "[{\"name\":\"database.password\",\"value\":\"[redacted]\"},"
                  + "{\"name\":\"database.user\",\"value\":\"x\"}]");
    }

    @Test
    void a_name_may_hold_a_secret() {
      Json redacted =
          Redaction.redacted(
              Json.parse(
                  "{\"AKIAFIXTURE0000000001\":1,\"AKIAFIXTURE0000000002\":2,\"[redacted]\":3}"));

      assertThat(redacted.text()).doesNotContain("AKIA").contains("1", "2", "3");
    }

    @Test
    void no_body_of_a_record_has_a_member_that_would_be_blanked() {
      RecordKinds.all()
          .forEach(
              (kind, type) -> {
                for (String name : names(Json.schemaOf(type))) {
                  assertThat(SecretNames.isSecret(name)).as(kind + ": " + name).isFalse();
                }
              });
    }

    private static Set<String> names(Json schema) {
      Set<String> names = new java.util.HashSet<>();
      java.util.regex.Matcher member =
          java.util.regex.Pattern.compile("\"([A-Za-z]+)\":").matcher(schema.text());
      while (member.find()) {
        names.add(member.group(1));
      }
      return names;
    }
  }

  @Nested
  class Exceptions {
    @Test
    void are_described_by_class_and_sqlstate_along_the_chain() {
      SQLException refused = new SQLException("password=hunter2", "28P01");
      refused.setNextException(new SQLException("hunter2", "08001"));
      IOException thrown =
          new IOException("hunter2", new UncheckedIOException("x", new IOException(refused)));
      thrown.addSuppressed(new IllegalStateException("hunter2"));

      assertThat(Redaction.described(thrown))
          .isEqualTo(
              "java.io.IOException, caused by java.io.UncheckedIOException, caused by"
                  + " java.io.IOException, caused by java.sql.SQLException (SQLSTATE 28P01),"
                  + " suppressing java.lang.IllegalStateException, followed by"
                  + " java.sql.SQLException (SQLSTATE 08001)");
    }

    @Test
    void a_state_that_is_no_state_is_not_shown() {
      assertThat(Redaction.described(new SQLException("x", "hunter2")))
          .isEqualTo("java.sql.SQLException");
      assertThat(Redaction.described(new SQLException())).isEqualTo("java.sql.SQLException");
    }

    @Test
    void a_stand_in_keeps_classes_states_and_stack_traces_and_no_message() {
      SQLException refused = new SQLException("password=hunter2", "28P01");
      Exception thrown = new IOException("hunter2", refused);
      thrown.addSuppressed(new IllegalStateException("hunter2"));

      Exception standIn = Redaction.withheld(thrown);

      assertThat(standIn)
          .hasMessageStartingWith("java.io.IOException, whose message is withheld")
          .hasStackTraceContaining("java.sql.SQLException (SQLSTATE 28P01)");
      assertThat(standIn.getStackTrace()).isEqualTo(thrown.getStackTrace());
      StringWriter all = new StringWriter();
      standIn.printStackTrace(new PrintWriter(all, true));
      assertThat(all.toString()).doesNotContain("hunter2");
    }

    @Test
    void a_chain_that_goes_round_or_on_for_ever_ends() {
      Exception first = new Exception("a");
      Exception second = new Exception("b", first);
      first.initCause(second);
      Throwable long_ = new Exception("0");
      for (int i = 0; i < 1_000; i++) {
        long_ = new Exception("hunter2", long_);
      }

      assertThat(Redaction.described(first))
          .isEqualTo("java.lang.Exception, caused by java.lang.Exception");
      assertThat(Redaction.described(long_)).hasSizeLessThan(600);
      assertThat(Redaction.withheld(first)).hasCauseInstanceOf(Exception.class);
      assertThat(Redaction.withheld(long_)).hasStackTraceContaining("withheld");
    }
  }

  @Test
  void basic_credentials_are_told_from_words_by_what_they_decode_to() {
    String credentials =
        Base64.getEncoder().encodeToString("ana:hunter2".getBytes(StandardCharsets.UTF_8));

    assertThat(Redaction.redacted("Basic " + credentials)).isEqualTo("Basic [redacted]");
    assertThat(Redaction.redacted("Basic Authentication")).isEqualTo("Basic Authentication");
  }

  @Test
  void a_text_goes_by_its_name_as_a_whole_where_that_is_a_secrets() {
    assertThat(Redaction.redacted("api_key", "'hunter2'::text")).isEqualTo(Redaction.MARK);
    assertThat(Redaction.redacted("note", "'hunter2'::text")).isEqualTo("'hunter2'::text");
    assertThat(Redaction.redacted("note", "password=hunter2")).doesNotContain("hunter2");
  }
}
