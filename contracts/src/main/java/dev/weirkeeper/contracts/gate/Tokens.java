package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and reads tokens: what they say, with an HMAC-SHA-256 of it under the gate's secret. Safe
 * to share.
 */
final class Tokens {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAX_LENGTH = 4096;

  /** What a token gives leave to. */
  record Claims(Hash input, Hash contract, Asset target, Hash terms, Instant expires) {}

  private final SecretKeySpec key;

  Tokens(byte[] secret) {
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  ValidationToken issue(Claims claims) {
    byte[] said = Json.of(claims).text().getBytes(StandardCharsets.UTF_8);
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return new ValidationToken(
        encoder.encodeToString(said) + "." + encoder.encodeToString(mac(said)));
  }

  /**
   * @throws IllegalArgumentException if the token was not issued under this secret
   */
  Claims read(ValidationToken token) {
    String text = token.text();
    int dot = text.indexOf('.');
    if (dot < 0 || text.length() > MAX_LENGTH) {
      throw forged();
    }
    try {
      byte[] said = Base64.getUrlDecoder().decode(text.substring(0, dot));
      byte[] mac = Base64.getUrlDecoder().decode(text.substring(dot + 1));
      if (!MessageDigest.isEqual(mac, mac(said))) {
        throw forged();
      }
      return Json.parse(new String(said, StandardCharsets.UTF_8)).as(Claims.class);
    } catch (IllegalArgumentException e) {
      throw forged();
    }
  }

  private static IllegalArgumentException forged() {
    return new IllegalArgumentException(
        "The token was not issued by this gate; check the data to get one");
  }

  private byte[] mac(byte[] said) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(said);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
    }
  }
}
