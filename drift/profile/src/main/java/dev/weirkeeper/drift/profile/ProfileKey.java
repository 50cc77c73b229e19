package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Hash;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of a host by which findings point at labels and profiles without holding them:
 * HMAC-SHA-256. Who has the key and a label can tell whether a finding is about it; once the key is
 * destroyed nobody can, not even by trying all labels, and the records stay as they are. Safe to
 * share between threads.
 */
public final class ProfileKey {
  private static final int LEAST_BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private ProfileKey(SecretKeySpec key) {
    this.key = key;
  }

  /**
   * @param bytes at least 32 random bytes that only this host knows, the same after a restart
   */
  public static ProfileKey of(byte[] bytes) {
    if (bytes.length < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "A profile key has at least "
              + LEAST_BYTES
              + " bytes, got "
              + bytes.length
              + ": pass random bytes that only this host knows");
    }
    return new ProfileKey(new SecretKeySpec(bytes, ALGORITHM));
  }

  /** What a finding calls a label of a column. */
  public Hash label(String column, String label) {
    return commit("label", column, label.getBytes(StandardCharsets.UTF_8));
  }

  /** What a finding calls a state of a profile. */
  Hash state(String column, byte[] encoded) {
    return commit("state", column, encoded);
  }

  /** Bytes for another purpose, from which the key cannot be found. */
  public byte[] derived(String purpose) {
    return HexFormat.of().parseHex(commit("derived", purpose, new byte[0]).hex());
  }

  private Hash commit(String purpose, String about, byte[] bytes) {
    ByteWriter message = new ByteWriter();
    message.text(purpose);
    message.text(about);
    message.block(bytes);
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return new Hash(HexFormat.of().formatHex(mac.doFinal(message.toBytes())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
    }
  }

  /** Without the key, which must not reach a log. */
  @Override
  public String toString() {
    return "ProfileKey";
  }
}
