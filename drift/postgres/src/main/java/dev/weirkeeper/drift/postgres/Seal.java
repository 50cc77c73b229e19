package dev.weirkeeper.drift.postgres;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Tells messages of the event trigger from those that others wrote: they begin with SHA-256 over a
 * secret and SHA-256 over the secret, the transaction and the text (the nesting of HMAC, which the
 * database does not have by itself). Safe to share between threads.
 */
final class Seal {
  private static final int LENGTH = 64;

  private final String secret;

  Seal(String secret) {
    this.secret = secret;
  }

  /** Whether a message has the form of a sealed one. */
  static boolean isOn(String message) {
    return message.length() > LENGTH && message.charAt(LENGTH) == ' ';
  }

  /** The text without its seal. */
  static String opened(String message) {
    return message.substring(LENGTH + 1);
  }

  /** The text of a sealed message; empty if the seal is not one of ours over this transaction. */
  Optional<String> opened(String message, int xid) {
    String text = opened(message);
    String over = secret + digest(secret + Integer.toUnsignedString(xid) + ":" + text);
    return MessageDigest.isEqual(
            digest(over).getBytes(StandardCharsets.US_ASCII),
            message.substring(0, LENGTH).getBytes(StandardCharsets.US_ASCII))
        ? Optional.of(text)
        : Optional.empty();
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
