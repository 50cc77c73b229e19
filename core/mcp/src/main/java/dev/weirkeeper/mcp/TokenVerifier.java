package dev.weirkeeper.mcp;

import java.io.IOException;
import java.util.Optional;

/**
 * Says whose an access token is. Given by the host; asked at every request, by many threads at a
 * time.
 *
 * <p>MUST take only tokens that were issued for this server: one that another resource could have
 * been sent is another's. MUST NOT put the token into logs, messages or exceptions.
 */
@FunctionalInterface
public interface TokenVerifier {
  /**
   * @param token as the client sent it, of at most 16 KiB; anything may be in it
   * @return empty if it is not to be taken, whatever the reason
   * @throws IOException if it cannot be told: keys cannot be read, an issuer does not answer
   */
  Optional<VerifiedToken> verify(String token) throws IOException;
}
