package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who holds a token that was verified, and what it is good for. Holds nothing of the token.
 *
 * @param issuer who vouches for the subject
 * @param subject of the issuer
 * @param scopes that the issuer put into the token
 * @param expires from when on it is not taken any more
 */
public record VerifiedToken(String issuer, String subject, Set<String> scopes, Instant expires) {
  private static final Pattern PLAIN = Pattern.compile("[\\x21-\\x7e]+");
  private static final int LONGEST = 128;

  public VerifiedToken {
    if (requireNonNull(issuer, "issuer").isEmpty()) {
      throw new IllegalArgumentException("A token has an issuer");
    }
    if (requireNonNull(subject, "subject").isEmpty()) {
      throw new IllegalArgumentException("A token has a subject");
    }
    scopes = Set.copyOf(scopes);
    requireNonNull(expires, "expires");
  }

  /** Who the holder is to the door: always an agent. */
  public Caller caller() {
    return new Caller(principal(issuer, subject), Caller.Kind.AGENT);
  }

  /**
   * The name that grants are given to. Two subjects never have the same, be it of one issuer or of
   * two: {@code issuer#subject} where that is short and printable, else a hash of both.
   */
  public static String principal(String issuer, String subject) {
    String plain = issuer + "#" + subject;
    // An issuer has no fragment, so the first # parts the two; a hash has none.
    if (plain.length() <= LONGEST && issuer.indexOf('#') < 0 && PLAIN.matcher(plain).matches()) {
      return plain;
    }
    return "sha256:" + Hash.of(Json.of(List.of(issuer, subject))).hex();
  }
}
