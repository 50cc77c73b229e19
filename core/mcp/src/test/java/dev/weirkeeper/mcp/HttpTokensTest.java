package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.weirkeeper.Effect;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HttpTokensTest {
  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
  private static final String WRITE = RawClient.call(7, "item_write", "{\"table\":\"orders\"}");

  private final TestServer test = HttpEndpointTest.granting("ana-bot", Effect.WRITE);

  private static HttpRequest.Builder as(HttpRequest.Builder request, String token) {
    return request.setHeader("Authorization", "Bearer " + token);
  }

  @Test
  void tokens_that_were_not_issued_for_this_server_are_refused() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b)) {
      String good = host.token("ana-bot", "");
      JWTClaimsSet claims = host.claims("ana-bot", "").build();
      Map<String, String> bad = new LinkedHashMap<>();
      bad.put(
          "another audience",
          HttpHost.signed(host.claims("ana-bot", "").audience("http://other/mcp").build()));
      bad.put(
          "a longer audience",
          HttpHost.signed(host.claims("ana-bot", "").audience(host.resource + "/").build()));
      bad.put(
          "no audience",
          HttpHost.signed(host.claims("ana-bot", "").audience((String) null).build()));
      bad.put(
          "another issuer",
          HttpHost.signed(host.claims("ana-bot", "").issuer(HttpHost.ISSUER + "/").build()));
      bad.put(
          "expired",
          HttpHost.signed(
              host.claims("ana-bot", "")
                  .expirationTime(Date.from(host.clock.instant().minusSeconds(31)))
                  .build()));
      bad.put(
          "no expiry", HttpHost.signed(host.claims("ana-bot", "").expirationTime(null).build()));
      bad.put(
          "not yet",
          HttpHost.signed(
              host.claims("ana-bot", "")
                  .notBeforeTime(Date.from(host.clock.instant().plusSeconds(90)))
                  .build()));
      bad.put("no subject", HttpHost.signed(host.claims("ana-bot", "").subject(null).build()));
      bad.put(
          "an id token",
          HttpHost.signed(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1"), "JWT", claims));
      bad.put("unsigned", new PlainJWT(claims).serialize());
      bad.put("signed with the public key", signedWithPublicKey(claims));
      bad.put("signed by somebody else", signedByOther(claims));
      bad.put(
          "another algorithm",
          HttpHost.signed(new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("k1"), "at+jwt", claims));
      bad.put("a changed signature", good.substring(0, good.length() - 8) + "AAAAAAAA");
      bad.put("no token", "x");

      bad.forEach(
          (why, token) -> {
            HttpResponse<String> answer =
                host.post(as(host.request(), token), RawClient.initialize("2025-11-25"));

            assertThat(answer.statusCode()).as(why).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                .as(why)
                .startsWith("Bearer error=\"invalid_token\"")
                .contains(
                    "resource_metadata=\"http://127.0.0.1:"
                        + host.resource.getPort()
                        + "/.well-known/oauth-protected-resource/mcp\"");
          });
      assertThat(host.endpoint.openSessions()).isZero();
      assertThat(
              host.post(as(host.request(), good), RawClient.initialize("2025-11-25")).statusCode())
          .isEqualTo(200);
    }
  }

  private static String signedWithPublicKey(JWTClaimsSet claims) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256)
                .keyID("k1")
                .type(new JOSEObjectType("at+jwt"))
                .build(),
            claims);
    jwt.sign(new MACSigner(HttpHost.KEY.toRSAPublicKey().getEncoded()));
    return jwt.serialize();
  }

  private static String signedByOther(JWTClaimsSet claims) throws JOSEException {
    RSAKey other = new RSAKeyGenerator(2048).keyID("k1").generate();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("k1")
                .type(new JOSEObjectType("at+jwt"))
                .build(),
            claims);
    jwt.sign(new RSASSASigner(other));
    return jwt.serialize();
  }

  @Test
  void without_a_token_a_client_is_told_where_to_get_one() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b.scope("weirkeeper.read", Effect.READ))) {
      HttpResponse<String> none = host.post(host.request(), RawClient.initialize("2025-11-25"));
      HttpResponse<String> document =
          host.send(
              HttpRequest.newBuilder(
                      host.resource.resolve("/.well-known/oauth-protected-resource/mcp"))
                  .GET());

      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(none.headers().firstValue("WWW-Authenticate").orElse(""))
          .startsWith("Bearer resource_metadata=");
      assertThat(document.statusCode()).isEqualTo(200);
      assertThat(document.body())
          .isEqualTo(
              "{\"resource\":\""
                  + host.resource
                  + "\",\"authorization_servers\":[\"https://issuer.example\"],"
                  + "\"scopes_supported\":[\"weirkeeper.read\"],"
                  + "\"bearer_methods_supported\":[\"header\"]}");
    }
  }

  @Test
  void two_authorizations_or_another_scheme_are_none() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b)) {
      String token = host.token("ana-bot", "");

      for (HttpRequest.Builder request :
          List.of(
              host.request().header("Authorization", "Basic " + token),
              host.request().header("Authorization", token),
              host.request()
                  .header("Authorization", "Bearer " + token)
                  .header("Authorization", "Bearer " + token),
              host.request().header("Authorization", "Bearer " + "a".repeat(20_000)))) {
        assertThat(host.post(request, LIST).statusCode()).isIn(401, 431);
      }
    }
  }

  @Test
  void a_token_in_the_address_is_refused_even_if_it_is_good() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b)) {
      String token = host.token("ana-bot", "");
      HttpRequest.Builder request =
          host.request().uri(URI.create(host.resource + "?access_token=" + token));

      assertThat(host.post(request, RawClient.initialize("2025-11-25")).statusCode())
          .isEqualTo(400);
      assertThat(host.post(as(request, token), RawClient.initialize("2025-11-25")).statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void somebody_elses_session_does_not_exist() throws Exception {
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b)) {
      String mine = host.token("ana-bot", "");
      String theirs = host.token("mallory", "");
      String session = host.session(as(host.request(), mine));

      HttpResponse<String> stolen = host.post(as(host.in(session), theirs), WRITE);
      HttpResponse<String> invented = host.post(as(host.in("x" + session), theirs), WRITE);
      HttpResponse<String> ended = host.send(as(host.in(session), theirs).DELETE());
      HttpResponse<String> heard =
          host.send(as(host.in(session), theirs).setHeader("Accept", "text/event-stream").GET());
      HttpResponse<String> nobody = host.post(host.in(session), WRITE);

      assertThat(List.of(stolen, ended, heard))
          .allSatisfy(
              answer -> {
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.body()).isEqualTo(invented.body());
              });
      assertThat(nobody.statusCode()).isEqualTo(401);
      assertThat(test.called).isEmpty();
      assertThat(host.post(as(host.in(session), mine), LIST).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_token_that_expires_in_mid_session_is_refused_and_its_stream_ends() throws Exception {
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.withTokens(
                server, b -> b.streams(Duration.ofSeconds(5), Duration.ofMillis(20)))) {
      String token = host.token("ana-bot", "");
      String session = host.session(as(host.request(), token));
      HttpResponse<InputStream> listening =
          host.http.send(
              as(host.in(session), token).setHeader("Accept", "text/event-stream").GET().build(),
              HttpResponse.BodyHandlers.ofInputStream());

      host.clock.pass(Duration.ofMinutes(6));

      assertThat(host.post(as(host.in(session), token), WRITE).statusCode()).isEqualTo(401);
      assertThat(new String(listening.body().readAllBytes(), StandardCharsets.UTF_8)).isNotNull();
      String fresh = host.token("ana-bot", "");
      assertThat(host.post(as(host.in(session), fresh), LIST).statusCode()).isEqualTo(200);
      assertThat(test.called).isEmpty();
    }
  }

  @Test
  void scopes_narrow_what_the_door_grants_and_give_nothing() throws Exception {
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.withTokens(
                server,
                b ->
                    b.scope("weirkeeper.read", Effect.READ).scope("weirkeeper.apply", "item_w*"))) {
      String read = host.token("ana-bot", "openid weirkeeper.read");
      String both = host.token("ana-bot", "weirkeeper.read weirkeeper.apply");
      String stranger = host.token("mallory", "weirkeeper.read weirkeeper.apply");
      String session = host.session(as(host.request(), read));
      String strangers = host.session(as(host.request(), stranger));

      HttpResponse<String> outside = host.post(as(host.in(session), read), WRITE);
      HttpResponse<String> once =
          host.post(
              as(host.in(session), both), RawClient.call(8, "item_once", "{\"table\":\"orders\"}"));
      HttpResponse<String> ungranted = host.post(as(host.in(strangers), stranger), WRITE);

      assertThat(host.post(as(host.in(session), read), LIST).body())
          .contains("item_read")
          .doesNotContain("item_write")
          .doesNotContain("approval_request");
      assertThat(outside.statusCode()).isEqualTo(403);
      assertThat(outside.headers().firstValue("WWW-Authenticate").orElse(""))
          .startsWith("Bearer error=\"insufficient_scope\", scope=\"weirkeeper.apply\"");
      assertThat(once.statusCode()).isEqualTo(403);
      assertThat(ungranted.statusCode()).isEqualTo(200);
      assertThat(ungranted.body()).contains("There is no tool 'item_write' for you");
      assertThat(test.called).isEmpty();
      assertThat(host.post(as(host.in(session), both), WRITE).statusCode()).isEqualTo(200);
      assertThat(test.called).containsExactly("item_write orders");
      assertThat(
              host.post(
                      as(host.request(), host.token("ana-bot", "openid")),
                      RawClient.initialize("2025-11-25"))
                  .statusCode())
          .isEqualTo(403);
    }
  }

  @Test
  void where_keys_cannot_be_read_nobody_is_let_in() throws Exception {
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.withTokens(
                server,
                b ->
                    b.tokens(
                        token -> {
                          throw new IOException("cannot read keys for " + token);
                        }))) {
      HttpResponse<String> answer =
          host.post(as(host.request(), "abc"), RawClient.initialize("2025-11-25"));

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(answer.body()).doesNotContain("abc");
    }
  }

  @Test
  void keys_are_read_from_where_the_issuer_publishes_them() throws Exception {
    HttpServer issuer =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] keys =
        new JWKSet(HttpHost.KEY.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
    issuer.createContext(
        "/keys",
        exchange -> {
          exchange.sendResponseHeaders(200, keys.length);
          exchange.getResponseBody().write(keys);
          exchange.close();
        });
    issuer.start();
    try (McpServer server = test.open();
        HttpHost host = HttpHost.withTokens(server, b -> b)) {
      int port = issuer.getAddress().getPort();
      NimbusTokenVerifier verifier =
          NimbusTokenVerifier.builder()
              .issuer(HttpHost.ISSUER)
              .resource(host.resource)
              .keys(URI.create("http://127.0.0.1:" + port + "/keys"))
              .clock(host.clock)
              .build();
      NimbusTokenVerifier unreachable =
          NimbusTokenVerifier.builder()
              .issuer(HttpHost.ISSUER)
              .resource(host.resource)
              .keys(URI.create("http://127.0.0.1:" + port + "/none"))
              .clock(host.clock)
              .build();

      assertThat(verifier.verify(host.token("ana-bot", "a b")))
          .map(VerifiedToken::scopes)
          .contains(Set.of("a", "b"));
      assertThatThrownBy(() -> unreachable.verify(host.token("ana-bot", "")))
          .isInstanceOf(IOException.class);
    } finally {
      issuer.stop(0);
    }
  }

  @Test
  void principals_never_collide() {
    String longName = "s".repeat(200);
    List<String> principals =
        List.of(
            VerifiedToken.principal("https://a", "b#c"),
            VerifiedToken.principal("https://a#b", "c"),
            VerifiedToken.principal("https://a", "b"),
            VerifiedToken.principal("https://b", "b"),
            VerifiedToken.principal("https://a", longName),
            VerifiedToken.principal("https://b", longName),
            VerifiedToken.principal("https://a", "ana lee"),
            VerifiedToken.principal("https://a", "ana\u00a0lee"),
            VerifiedToken.principal("https://a", "\u0430na"));

    assertThat(principals)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[\\x21-\\x7e]{1,128}"));
    assertThat(VerifiedToken.principal("https://a", "b")).isEqualTo("https://a#b");
  }

  @Test
  void tokens_appear_in_no_answer_and_in_no_log() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    StringBuilder bodies = new StringBuilder();
    String planted = "pl4nted-t0ken-" + "z".repeat(40);
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (McpServer server = test.open();
        HttpHost host =
            HttpHost.withTokens(
                server,
                b ->
                    b.tokens(
                        token -> {
                          if (token.startsWith("pl4nted-t0ken-fail")) {
                            throw new IllegalStateException("bad token " + token);
                          }
                          return Optional.empty();
                        }))) {
      for (String token : List.of(planted, "pl4nted-t0ken-fail" + "z".repeat(40))) {
        bodies.append(host.post(as(host.request(), token), LIST).body());
        bodies.append(host.post(as(host.request(), token + " " + token), LIST).body());
        bodies.append(
            host.post(
                    host.request().uri(URI.create(host.resource + "?access_token=" + token)), LIST)
                .body());
        HttpResponse<String> answer = host.post(as(host.in(token), token), token);
        bodies.append(answer.body()).append(answer.headers().map());
      }
    } finally {
      System.setErr(before);
    }

    assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("pl4nted");
    assertThat(bodies.toString()).doesNotContain("pl4nted").contains("error");
    assertThat(test.ledger.text()).doesNotContain("pl4nted");
  }
}
