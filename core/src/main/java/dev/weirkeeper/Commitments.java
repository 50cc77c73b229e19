package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Commits a record to a value that it must not hold: HMAC-SHA-256 of the value under a random salt
 * of 32 bytes. The record keeps the hash for ever; salt and value are kept elsewhere. Once the salt
 * is destroyed nobody can tell from the hash what the value was, not even by trying all values, and
 * the record is unchanged. Safe to share between threads.
 */
public final class Commitments {
  private static final int SALT_BYTES = 32;

  private final SecureRandom salts;

  /**
   * What shows later which value a record was committed to. As secret as the value.
   *
   * @param hash what {@link AuditRecord#commitments} keeps
   * @param salt 64 lower-case hexadecimal digits
   */
  public record Opening(Hash hash, String salt) {
    private static final Pattern SALT = Pattern.compile("[0-9a-f]{64}");

    public Opening {
      requireNonNull(hash, "hash");
      if (!SALT.matcher(salt).matches()) {
        throw new IllegalArgumentException("A salt is 64 lower-case hexadecimal digits");
      }
    }

    /** Whether this is the value. Takes as long for a value that is nearly right. */
    public boolean shows(byte[] value) {
      byte[] expected = hmac(HexFormat.of().parseHex(salt), value);
      return MessageDigest.isEqual(expected, HexFormat.of().parseHex(hash.hex()));
    }

    /** Without the salt, which must not reach a log. */
    @Override
    public String toString() {
      return "Opening[hash=" + hash + "]";
    }
  }

  /**
   * @param salts where salts come from; it must be unforeseeable
   */
  public Commitments(SecureRandom salts) {
    this.salts = requireNonNull(salts, "salts");
  }

  /** Commits to a value under a new salt: two commitments to one value are not equal. */
  public Opening to(byte[] value) {
    byte[] salt = new byte[SALT_BYTES];
    salts.nextBytes(salt);
    return new Opening(
        new Hash(HexFormat.of().formatHex(hmac(salt, value))), HexFormat.of().formatHex(salt));
  }

  private static byte[] hmac(byte[] salt, byte[] value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(salt, "HmacSHA256"));
      return mac.doFinal(value);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has HmacSHA256", e);
    }
  }
}
