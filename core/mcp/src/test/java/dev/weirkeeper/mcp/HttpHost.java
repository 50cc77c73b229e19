package dev.weirkeeper.mcp;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A host with an endpoint on a port of its own, and an issuer of tokens. */
final class HttpHost implements AutoCloseable {
  static final String ISSUER = "https://issuer.example";
  static final String ACCEPT = "application/json, text/event-stream";
  static final RSAKey KEY = key();

  /** Time that passes only when a test says so. */
  static final class HandClock extends Clock {
    private final AtomicLong nanos = new AtomicLong();

    void pass(Duration duration) {
      nanos.addAndGet(duration.toNanos());
    }

    long nanos() {
      return nanos.get();
    }

    @Override
    public Instant instant() {
      return Instant.parse("2026-11-25T08:00:00Z").plusNanos(nanos.get());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  final HandClock clock = new HandClock();
  final Server jetty = new Server();
  final URI resource;
  final HttpEndpoint endpoint;
  final HttpClient http = HttpClient.newHttpClient();

  private HttpHost(McpServer server, boolean tokens, UnaryOperator<HttpEndpoint.Builder> with)
      throws Exception {
    ServerConnector connector = new ServerConnector(jetty);
    connector.setHost("127.0.0.1");
    connector.open();
    jetty.addConnector(connector);
    resource = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/mcp");
    HttpEndpoint.Builder builder = HttpEndpoint.of(server).resource(resource).clock(clock);
    if (tokens) {
      builder.tokens(verifier(resource)).authorizationServers(URI.create(ISSUER));
    } else {
      builder.unauthenticated(TestServer.AGENT);
    }
    endpoint = with.apply(builder).build();
    ServletContextHandler context = new ServletContextHandler();
    ServletHolder holder = new ServletHolder(endpoint);
    holder.setAsyncSupported(true);
    endpoint.paths().forEach(path -> context.addServlet(holder, path));
    jetty.setHandler(context);
    jetty.start();
  }

  static HttpHost withTokens(McpServer server, UnaryOperator<HttpEndpoint.Builder> with)
      throws Exception {
    return new HttpHost(server, true, with);
  }

  static HttpHost open(McpServer server, UnaryOperator<HttpEndpoint.Builder> with)
      throws Exception {
    return new HttpHost(server, false, with);
  }

  TokenVerifier verifier(URI audience) {
    return NimbusTokenVerifier.builder()
        .issuer(ISSUER)
        .resource(audience)
        .keys(new JWKSet(KEY))
        .clock(clock)
        .build();
  }

  private static RSAKey key() {
    try {
      return new RSAKeyGenerator(2048).keyID("k1").generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  JWTClaimsSet.Builder claims(String subject, String scope) {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(resource.toString())
        .subject(subject)
        .claim("scope", scope)
        .expirationTime(Date.from(clock.instant().plusSeconds(300)));
  }

  String token(String subject, String scope) {
    return signed(claims(subject, scope).build());
  }

  static String signed(JWTClaimsSet claims) {
    return signed(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1"), "at+jwt", claims);
  }

  static String signed(JWSHeader.Builder header, String type, JWTClaimsSet claims) {
    try {
      SignedJWT jwt = new SignedJWT(header.type(new JOSEObjectType(type)).build(), claims);
      jwt.sign(new RSASSASigner(KEY));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** A client of the SDK. */
  McpSyncClient client(Optional<String> token) {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
    McpSyncClient client =
        McpClient.sync(
                HttpClientStreamableHttpTransport.builder("http://127.0.0.1:" + resource.getPort())
                    .endpoint("/mcp")
                    .requestBuilder(request)
                    .build())
            .requestTimeout(Duration.ofSeconds(30))
            .build();
    client.initialize();
    return client;
  }

  HttpRequest.Builder request() {
    return HttpRequest.newBuilder(resource)
        .timeout(Duration.ofSeconds(30))
        .header("Content-Type", "application/json")
        .header("Accept", ACCEPT);
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  HttpResponse<String> post(HttpRequest.Builder request, String body) {
    return send(request.POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Opens a session with what the request has besides. */
  String session(HttpRequest.Builder request) {
    return post(request, RawClient.initialize("2025-11-25"))
        .headers()
        .firstValue(HttpHeaders.SESSION)
        .orElseThrow();
  }

  HttpRequest.Builder in(String session) {
    return request().header(HttpHeaders.SESSION, session);
  }

  @Override
  public void close() {
    endpoint.close();
    try {
      jetty.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The host does not stop", e);
    }
  }
}
