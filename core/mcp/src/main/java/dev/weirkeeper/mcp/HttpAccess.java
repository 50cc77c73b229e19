package dev.weirkeeper.mcp;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.ToolSpec;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whom a request comes from, or why it is not let in, before anything of its body is read.
 * Tokens are read from one header only, and appear in nothing that is said or logged.
 */
final class HttpAccess {
  static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

  private static final Logger LOG = LoggerFactory.getLogger(HttpAccess.class);
  private static final Pattern BEARER =
      Pattern.compile("Bearer +([A-Za-z0-9._~+/-]+=*)", Pattern.CASE_INSENSITIVE);
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[?[0-9a-fA-F]*:[0-9a-fA-F:.]*]?");
  private static final int TOKEN_LENGTH = 16 * 1024;

  /** By what pages and names the server may be reached. */
  record Names(HttpNames hosts, HttpNames origins) {}

  /** How clients say who they are. */
  sealed interface Identity {}

  /** By tokens of an issuer. */
  record Tokens(
      TokenVerifier verifier, URI resource, List<URI> authorizationServers, TokenScopes scopes)
      implements Identity {}

  /** All are one, and come from this machine. */
  record Everybody(Caller caller) implements Identity {}

  private final Names names;
  private final Identity identity;
  private final Clock clock;

  HttpAccess(Names names, Identity identity, Clock clock) {
    this.names = names;
    this.identity = identity;
    this.clock = clock;
  }

  /**
   * Refuses what a page of another origin sends, or a name that was made to point here.
   *
   * @throws HttpRefusal 421 or 403
   */
  void requireNames(HttpServletRequest request) throws HttpRefusal {
    List<String> hosts = Collections.list(request.getHeaders("Host"));
    if (hosts.size() != 1 || !names.hosts().allow(hosts.get(0))) {
      throw refused(421, "The Host header is not one of this server's names");
    }
    List<String> origins = Collections.list(request.getHeaders("Origin"));
    if (origins.size() > 1 || origins.size() == 1 && !names.origins().allow(origins.get(0))) {
      throw refused(403, "Pages of this origin may not use the server");
    }
  }

  /**
   * @throws HttpRefusal 400, 401, 403 or 503
   */
  HttpVisitor visitor(HttpServletRequest request) throws HttpRefusal {
    requireNoTokenInAddress(request);
    if (identity instanceof Everybody everybody) {
      if (!isHere(request.getRemoteAddr())) {
        throw refused(403, "The server is for clients of its own machine");
      }
      return new HttpVisitor(everybody.caller(), spec -> true, Instant.MAX);
    }
    Tokens tokens = (Tokens) identity;
    VerifiedToken token = verified(tokens, token(request));
    if (!clock.instant().isBefore(token.expires())) {
      throw unauthorized("invalid_token", "The access token is not valid here");
    }
    if (!tokens.scopes().admit(token.scopes())) {
      throw insufficient(tokens.scopes().known(), "The access token has no scope for this server");
    }
    return new HttpVisitor(token.caller(), tokens.scopes().within(token.scopes()), token.expires());
  }

  /** Addresses are logged by everybody on the way, so that a token in one is given away. */
  private static void requireNoTokenInAddress(HttpServletRequest request) throws HttpRefusal {
    String query = request.getQueryString();
    if (query != null && !query.isEmpty()) {
      throw refused(
          400, "The address has a query, and none is taken; a token goes into Authorization only");
    }
  }

  private static boolean isHere(String address) {
    // Only what is an address: a name would be looked up.
    if (address == null || !ADDRESS.matcher(address).matches()) {
      return false;
    }
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      LOG.debug("A client has no address: {}", Redaction.described(e));
      return false;
    }
  }

  private String token(HttpServletRequest request) throws HttpRefusal {
    List<String> values = Collections.list(request.getHeaders("Authorization"));
    if (values.isEmpty()) {
      throw unauthorized("", "An access token is needed; send Authorization: Bearer");
    }
    Matcher bearer = BEARER.matcher(values.get(0));
    if (values.size() > 1 || values.get(0).length() > TOKEN_LENGTH || !bearer.matches()) {
      throw unauthorized("invalid_request", "Authorization is one Bearer token");
    }
    return bearer.group(1);
  }

  private VerifiedToken verified(Tokens tokens, String token) throws HttpRefusal {
    Optional<VerifiedToken> verified;
    try {
      verified = tokens.verifier().verify(token);
    } catch (IOException | RuntimeException e) {
      LOG.warn("It cannot be told whose a token is: {}", Redaction.described(e));
      throw new HttpRefusal(
          503,
          ErrorCodes.INTERNAL_ERROR,
          "It cannot be told at present whose the access token is; try again later",
          Map.of("Retry-After", "10"));
    }
    return verified.orElseThrow(
        () -> unauthorized("invalid_token", "The access token is not valid here"));
  }

  /** What a client is told whose token is valid and does not reach as far as a tool. */
  HttpRefusal outOfScope(ToolSpec spec) {
    Set<String> sufficient =
        identity instanceof Tokens tokens ? tokens.scopes().sufficient(spec) : Set.of();
    return insufficient(sufficient, "The access token has no scope for " + spec.name());
  }

  private HttpRefusal unauthorized(String error, String message) {
    return new HttpRefusal(
        401,
        ErrorCodes.INVALID_REQUEST,
        message,
        Map.of("WWW-Authenticate", challenge(error, Set.of())));
  }

  private HttpRefusal insufficient(Set<String> scopes, String message) {
    return new HttpRefusal(
        403,
        ErrorCodes.INVALID_REQUEST,
        message,
        Map.of("WWW-Authenticate", challenge("insufficient_scope", scopes)));
  }

  private String challenge(String error, Set<String> scopes) {
    StringBuilder text = new StringBuilder("Bearer ");
    if (!error.isEmpty()) {
      text.append("error=\"").append(error).append("\", ");
    }
    if (!scopes.isEmpty()) {
      text.append("scope=\"").append(String.join(" ", scopes)).append("\", ");
    }
    return text.append("resource_metadata=\"").append(metadataAddress()).append('"').toString();
  }

  private String metadataAddress() {
    URI resource = ((Tokens) identity).resource();
    return resource.getScheme() + "://" + resource.getRawAuthority() + WELL_KNOWN + path(resource);
  }

  /** Path of the resource as RFC 9728 appends it. */
  static String path(URI resource) {
    String path = resource.getRawPath();
    return path == null || path.equals("/") ? "" : path;
  }

  /** What RFC 9728 has a resource say of itself; empty where there are no tokens. */
  Optional<Map<String, Object>> metadata() {
    if (!(identity instanceof Tokens tokens)) {
      return Optional.empty();
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("resource", tokens.resource().toString());
    document.put(
        "authorization_servers",
        tokens.authorizationServers().stream().map(URI::toString).toList());
    if (!tokens.scopes().known().isEmpty()) {
      document.put("scopes_supported", List.copyOf(tokens.scopes().known()));
    }
    document.put("bearer_methods_supported", List.of("header"));
    return Optional.of(document);
  }

  private static HttpRefusal refused(int status, String message) {
    return new HttpRefusal(status, ErrorCodes.INVALID_REQUEST, message);
  }
}
