package dev.weirkeeper;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A SHA-256 hash.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Hash(String hex) implements Comparable<Hash> {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  public Hash {
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("A hash is 64 lower-case hexadecimal digits, got: " + hex);
    }
  }

  public static Hash of(byte[] bytes) {
    return new Hash(HexFormat.of().formatHex(sha256().digest(bytes)));
  }

  /** Hash of the canonical form (RFC 8785) of a value. */
  public static Hash of(Json json) {
    return of(json.text().getBytes(StandardCharsets.UTF_8));
  }

  /** The first twelve digits, for people. */
  public String brief() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Hash other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
