package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.weirkeeper.Redaction;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes access tokens that are JSON Web Tokens of one issuer (RFC 9068), by Nimbus JOSE + JWT,
 * which the host has on its class path. Taken is only what is signed with RS256, PS256 or ES256 by
 * a key of the issuer, says exactly this issuer and this server as its audience, has a subject and
 * an expiry, and is of a type that the host named. Safe to share between threads.
 */
public final class NimbusTokenVerifier implements TokenVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(NimbusTokenVerifier.class);
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);
  private static final int TIMEOUT_MILLIS = 3_000;
  private static final int KEYS_BYTES = 256 * 1024;

  private final String issuer;
  private final Duration skew;
  private final DefaultJWTProcessor<SecurityContext> processor;

  private NimbusTokenVerifier(
      String issuer, URI resource, JWKSource<SecurityContext> keys, Builder built) {
    this.issuer = issuer;
    this.skew = built.skew;
    this.processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            built.types.stream().map(JOSEObjectType::new).collect(Collectors.toSet())));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
    Claims claims = new Claims(issuer, resource, built.clock);
    claims.setMaxClockSkew((int) skew.toSeconds());
    processor.setJWTClaimsSetVerifier(claims);
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Optional<VerifiedToken> verify(String token) throws IOException {
    JWTClaimsSet claims;
    try {
      claims = processor.process(token, null);
    } catch (KeySourceException e) {
      throw new IOException(
          "The keys of the issuer cannot be read (" + Redaction.described(e) + ")", e);
    } catch (ParseException | BadJOSEException | JOSEException e) {
      // Its message may quote claims.
      LOG.debug("A token is not taken: {}", e.getClass().getSimpleName());
      return Optional.empty();
    }
    Date expires = claims.getExpirationTime();
    String subject = claims.getSubject();
    if (subject == null || subject.isEmpty() || expires == null) {
      return Optional.empty();
    }
    return Optional.of(
        new VerifiedToken(issuer, subject, scopes(claims), expires.toInstant().plus(skew)));
  }

  /** As RFC 9068 writes them, and as some issuers do: a list, or under another name. */
  private static Set<String> scopes(JWTClaimsSet claims) {
    Set<String> scopes = new HashSet<>();
    for (String name : List.of("scope", "scp")) {
      Object value = claims.getClaim(name);
      if (value instanceof String text) {
        scopes.addAll(Arrays.asList(text.trim().split(" +")));
      } else if (value instanceof List<?> list) {
        list.stream().filter(String.class::isInstance).forEach(one -> scopes.add((String) one));
      }
    }
    scopes.remove("");
    return scopes;
  }

  /** The checks of the library, by the host's clock. */
  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final Clock clock;

    Claims(String issuer, URI resource, Clock clock) {
      super(
          resource.toString(),
          new JWTClaimsSet.Builder().issuer(issuer).build(),
          Set.of("iss", "aud", "sub", "exp"));
      this.clock = clock;
    }

    @Override
    protected Date currentTime() {
      return Date.from(Instant.now(clock));
    }
  }

  /** Says whose tokens are taken. Confined to one thread. */
  public static final class Builder {
    private @Nullable String issuer;
    private @Nullable URI resource;
    private @Nullable JWKSource<SecurityContext> keys;
    private Set<String> types = Set.of("at+jwt");
    private Duration skew = Duration.ofSeconds(30);
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    /** Compared with the token's {@code iss}, character by character. */
    public Builder issuer(String exactly) {
      issuer = requireNonNull(exactly, "exactly");
      return this;
    }

    /** The server's own address, as {@link HttpEndpoint.Builder#resource} has it. */
    public Builder resource(URI address) {
      resource = requireNonNull(address, "address");
      return this;
    }

    /** Where the issuer publishes its keys; read when needed, kept for minutes. */
    public Builder keys(URI address) {
      boolean loopback = HttpNames.isLoopback(String.valueOf(address.getHost()));
      if (!"https".equals(address.getScheme()) && !loopback) {
        throw new IllegalArgumentException(
            "Keys come over https, else anybody on the way can put in his own; got "
                + address.getScheme());
      }
      try {
        keys =
            JWKSourceBuilder.<SecurityContext>create(
                    address.toURL(),
                    new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, KEYS_BYTES))
                .retrying(true)
                .build();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("The address of the keys is no URL", e);
      }
      return this;
    }

    /** The issuer's keys, where they are known beforehand. */
    public Builder keys(JWKSet known) {
      // Only what is public: a secret key would let HMACs in if an algorithm slipped through.
      keys = new ImmutableJWKSet<>(known.toPublicJWKSet());
      return this;
    }

    /** What the token's {@code typ} may be. Default: {@code at+jwt} only. */
    public Builder types(String... taken) {
      types = Set.of(taken);
      return this;
    }

    /** How far the clocks of issuer and server may differ. Default: 30 s. */
    public Builder skew(Duration most) {
      if (most.isNegative() || most.compareTo(Duration.ofMinutes(5)) > 0) {
        throw new IllegalArgumentException("Clocks differ by 0 to 5 minutes, got " + most);
      }
      skew = most;
      return this;
    }

    public Builder clock(Clock value) {
      clock = requireNonNull(value, "value");
      return this;
    }

    /**
     * @throws IllegalStateException if issuer, resource or keys are missing
     */
    public NimbusTokenVerifier build() {
      if (issuer == null || resource == null || keys == null) {
        throw new IllegalStateException(
            "A verifier needs to know whose tokens it takes, for whom, and by which keys; call"
                + " issuer(…), resource(…) and keys(…)");
      }
      return new NimbusTokenVerifier(issuer, resource, keys, this);
    }
  }
}
