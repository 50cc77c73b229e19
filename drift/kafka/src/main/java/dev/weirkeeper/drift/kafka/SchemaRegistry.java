package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a schema registry that speaks Confluent's HTTP interface what a schema is, and what its
 * subject allows. What has an id never changes, so it is asked once. (Confluent, "Schema Registry
 * API Reference".)
 *
 * <p>Safe to share.
 */
public final class SchemaRegistry {
  private static final int LARGEST = 8 << 20;
  private static final int NOT_FOUND = 404;
  private static final int KEPT = 10_000;

  /**
   * Who asks.
   *
   * @param password never shown
   */
  public record Credentials(String user, @Secret String password) {
    public Credentials {
      requireNonNull(user, "user");
      requireNonNull(password, "password");
    }

    @Override
    public String toString() {
      return "Credentials[user=" + user + "]";
    }
  }

  /**
   * A registered schema.
   *
   * @param kind {@code AVRO}, {@code PROTOBUF} or {@code JSON}
   * @param text as it was registered; of Protobuf the descriptor in base64, if that was asked for
   */
  record Registered(String kind, String text, List<Reference> references) {
    Registered {
      references = List.copyOf(references);
    }
  }

  /** What a schema imports. */
  record Reference(String name, String subject, int version) {}

  /**
   * The newest schema of a subject.
   *
   * @param version its number within the subject
   */
  record Newest(int version, Registered schema) {}

  /** How a schema is to be written in the answer. */
  enum Written {
    AS_REGISTERED(""),
    /** Protobuf only: as a descriptor, so that nobody has to parse the text. */
    SERIALIZED("?format=serialized");

    private final String query;

    Written(String query) {
      this.query = query;
    }
  }

  private record Answer(int status, JsonNode body) {}

  private final URI address;
  private final Duration timeout;
  private final @Nullable Credentials credentials;
  private final HttpClient http;
  private final Map<String, Registered> known = new ConcurrentHashMap<>();

  private SchemaRegistry(Builder from) {
    this.address = from.address;
    this.timeout = from.timeout;
    this.credentials = from.credentials;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(from.timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /**
   * @param address of the registry, {@code https://registry.example:8081}, without user or password
   */
  public static Builder at(URI address) {
    return new Builder(address);
  }

  /**
   * @throws UnreadableException if there is none
   * @throws IOException if the registry does not answer
   */
  Registered byId(int id, Written written) throws IOException {
    return once("/schemas/ids/" + id + written.query, "schema " + id);
  }

  Registered version(String subject, int version, Written written) throws IOException {
    return once(
        "/subjects/" + encoded(subject) + "/versions/" + version + written.query,
        "version " + version + " of a subject that a schema refers to");
  }

  private Registered once(String path, String what) throws IOException {
    Registered registered = known.get(path);
    if (registered == null) {
      Answer answer = ask(path);
      if (answer.status == NOT_FOUND) {
        if (answer.body.path("error_code").asInt() == NOT_FOUND) {
          throw new IOException(
              "The schema registry at "
                  + address
                  + " does not know the question; look whether its address has a path");
        }
        throw new UnreadableException(
            what
                + " is not registered: the records are of another registry, or it was removed for"
                + " good. Register it again under this number, or read with the right registry");
      }
      registered = registered(answer.body);
      if (known.size() < KEPT) {
        known.put(path, registered);
      }
    }
    return registered;
  }

  /** The newest version of a subject; empty if the subject is not there. */
  Optional<Newest> newest(String subject) throws IOException {
    Answer answer = ask("/subjects/" + encoded(subject) + "/versions/latest");
    return answer.status == NOT_FOUND
        ? Optional.empty()
        : Optional.of(new Newest(answer.body.path("version").asInt(0), registered(answer.body)));
  }

  /** Which changes of a subject the registry takes, in force for it by itself or by default. */
  Optional<String> compatibility(String subject) throws IOException {
    Answer answer = ask("/config/" + encoded(subject) + "?defaultToGlobal=true");
    if (answer.status == NOT_FOUND) {
      // Older registries do not know the question.
      answer = ask("/config");
    }
    String level =
        answer.body.path("compatibilityLevel").asText(answer.body.path("compatibility").asText(""));
    return level.isEmpty() ? Optional.empty() : Optional.of(level);
  }

  private static Registered registered(JsonNode body) throws IOException {
    if (!body.path("schema").isTextual()) {
      throw new IOException(
          "The schema registry answered without a schema; look what listens there");
    }
    List<Reference> references = new ArrayList<>();
    for (JsonNode reference : body.path("references")) {
      references.add(
          new Reference(
              reference.path("name").asText(""),
              reference.path("subject").asText(""),
              reference.path("version").asInt(0)));
    }
    return new Registered(
        body.path("schemaType").asText("AVRO"), body.path("schema").textValue(), references);
  }

  private Answer ask(String path) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(timeout)
            .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
    if (credentials != null) {
      request.header(
          "Authorization",
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(
                      (credentials.user() + ":" + credentials.password())
                          .getBytes(StandardCharsets.UTF_8)));
    }
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request.build(), head -> new BoundedBody(LARGEST));
    try {
      // The client's own bound ends with the head of an answer; a body may still stand still.
      HttpResponse<byte[]> response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return answer(response.statusCode(), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the schema registry was asked", e);
    } catch (TimeoutException e) {
      throw silent("its answer was not whole within " + timeout, e);
    } catch (ExecutionException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      throw silent(why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage(), e);
    } catch (IOException e) {
      throw silent(String.valueOf(e.getMessage()), e);
    } finally {
      answer.cancel(true);
    }
  }

  private IOException silent(String why, Exception cause) {
    return new IOException("The schema registry at " + address + " does not answer: " + why, cause);
  }

  private static Answer answer(int status, byte[] body) throws IOException {
    if (status == 401 || status == 403) {
      throw new IOException("it refuses the feed's credentials (status " + status + ")");
    } else if (status != 200 && status != NOT_FOUND) {
      throw new IOException("it answered with status " + status);
    }
    try {
      JsonNode tree = Trees.read(body);
      if (status == NOT_FOUND && !tree.path("error_code").isIntegralNumber()) {
        // Whoever forwards requests knows no route, which says nothing of the registry.
        throw new IOException("it answered with status 404 and not in the words of a registry");
      }
      return new Answer(status, tree);
    } catch (UnreadableException e) {
      if (status == NOT_FOUND) {
        throw new IOException("it knows nothing of what it was asked, and says so in no JSON", e);
      }
      throw new IOException("its answer is no JSON", e);
    }
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Collects what it takes to ask a registry. */
  public static final class Builder {
    private final URI address;
    private Duration timeout = Duration.ofSeconds(5);
    private @Nullable Credentials credentials;

    private Builder(URI address) {
      String text = requireNonNull(address, "address").toString();
      if (address.getUserInfo() != null) {
        throw new IllegalArgumentException(
            "The address of a registry holds no user and no password; call credentials(…)");
      } else if (!text.startsWith("http://") && !text.startsWith("https://")) {
        throw new IllegalArgumentException("A registry is asked by http or https, got: " + text);
      }
      this.address = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    /** How long one question may take. Default: 5 seconds. */
    public Builder timeout(Duration atMost) {
      timeout = requireNonNull(atMost, "atMost");
      return this;
    }

    public Builder credentials(Credentials of) {
      credentials = requireNonNull(of, "of");
      return this;
    }

    public SchemaRegistry build() {
      return new SchemaRegistry(this);
    }
  }
}
