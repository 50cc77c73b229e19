package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Which columns are hidden from those who read through tools, and how. The host says it by rules,
 * of which the first that fits counts. Where none fits, a column whose name sounds sensitive
 * ({@code ssn}, {@code user_email}, {@code apiToken}) is redacted, and so is one whose name has
 * letters beyond ASCII: it may look like another, and nothing is known of what it means.
 *
 * <p>Names say little about what is in free text, JSON or copies of tables: the host writes rules
 * for those. Immutable and safe to share between threads.
 */
public final class Masking {
  private static final int KEY_BYTES = 16;
  private static final int PSEUDONYM_DIGITS = 24;

  /** A word of a name: {@code apiToken2} and {@code API_TOKEN} hold api and token. */
  private static final Pattern WORD = Pattern.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+");

  private static final Set<String> WORDS =
      Set.of(
          "ssn",
          "pin",
          "otp",
          "pan",
          "cvv",
          "cvc",
          "cc",
          "card",
          "bic",
          "pass",
          "pwd",
          "salt",
          "mail",
          "phone",
          "mobile",
          "fax",
          "tel",
          "dob",
          "birth",
          "birthday",
          "address",
          "street",
          "ip",
          "cookie",
          "jwt",
          "salary");

  /** Telling enough to count inside a word. */
  private static final List<String> PARTS =
      List.of(
          "passwd",
          "password",
          "passphrase",
          "secret",
          "token",
          "credential",
          "apikey",
          "privatekey",
          "accesskey",
          "email",
          "telephone",
          "phonenumber",
          "phoneno",
          "creditcard",
          "cardnumber",
          "cardno",
          "iban",
          "accountnumber",
          "accountno",
          "passport",
          "socialsecurity",
          "taxid",
          "birthdate",
          "dateofbirth");

  private final SecretKeySpec key;
  private final List<Compiled> rules;

  /** Columns that came by drift and that a rule has to name. */
  private final BiPredicate<Asset, String> unclassified;

  /**
   * How columns are hidden whose table and name fit. In patterns {@code *} stands for any
   * characters, none included; everything else, upper and lower case too, for itself.
   *
   * @param asset pattern of {@code system:schema.table}: {@code shop:public.*}
   * @param column pattern of the column's name as the database has it, never of a handle
   */
  public record Rule(String asset, String column, Mask mask) {
    public Rule {
      requireNonNull(asset, "asset");
      requireNonNull(column, "column");
      requireNonNull(mask, "mask");
    }
  }

  private record Compiled(Pattern asset, Pattern column, boolean names, Mask mask) {
    static Compiled of(Rule rule) {
      return new Compiled(
          pattern(rule.asset()), pattern(rule.column()), !rule.column().contains("*"), rule.mask());
    }

    private static Pattern pattern(String glob) {
      return Pattern.compile(
          Arrays.stream(glob.split("\\*", -1))
              .map(Pattern::quote)
              .collect(Collectors.joining(".*")),
          Pattern.DOTALL);
    }

    boolean fits(Asset table, String name) {
      return asset.matcher(table.toString()).matches() && column.matcher(name).matches();
    }
  }

  private Masking(
      SecretKeySpec key, List<Compiled> rules, BiPredicate<Asset, String> unclassified) {
    this.key = key;
    this.rules = rules;
    this.unclassified = unclassified;
  }

  private static SecretKeySpec secret(byte[] key) {
    if (key.length < KEY_BYTES) {
      throw new IllegalArgumentException(
          "The key of a masking has "
              + key.length
              + " bytes; with fewer than "
              + KEY_BYTES
              + " its pseudonyms could be undone. Pass random bytes that only this host knows");
    }
    return new SecretKeySpec(key, "HmacSHA256");
  }

  /**
   * @param key what pseudonyms are made with: at least 16 random bytes that only this host knows;
   *     another key gives other pseudonyms
   */
  public static Masking with(byte[] key, Rule... rules) {
    return new Masking(
        secret(key), Stream.of(rules).map(Compiled::of).toList(), (table, column) -> false);
  }

  /**
   * The same, but columns that came by drift where the tolerance says {@link
   * Tolerance.NewColumns#MASKED} are redacted until a rule names them: as they are called, without
   * {@code *}.
   */
  public Masking hidingNewColumns(DriftHistory history) {
    return new Masking(key, rules, requireNonNull(history, "history")::isNew);
  }

  /** How a column of a table is hidden. */
  public Mask of(Asset table, String column) {
    return said(table, column).orElseGet(() -> usual(column));
  }

  private boolean isNamed(Asset table, String column) {
    return rules.stream().anyMatch(rule -> rule.names() && rule.fits(table, column));
  }

  /** What the host says of a column; empty if no rule fits. */
  public Optional<Mask> said(Asset table, String column) {
    if (unclassified.test(table, column) && !isNamed(table, column)) {
      return Optional.of(Mask.REDACT);
    }
    return rules.stream().filter(rule -> rule.fits(table, column)).findFirst().map(Compiled::mask);
  }

  private static Mask usual(String column) {
    return column.chars().anyMatch(c -> c > 0x7e)
            || soundsSensitive(column)
            || SecretNames.isSecret(column)
        ? Mask.REDACT
        : Mask.NONE;
  }

  private static boolean soundsSensitive(String column) {
    List<String> words = new ArrayList<>();
    WORD.matcher(column).results().forEach(word -> words.add(lower(word.group())));
    String joined = lower(column).replaceAll("[^a-z]", "");
    return words.stream().anyMatch(word -> WORDS.contains(word) || WORDS.contains(singular(word)))
        || WORDS.contains(joined)
        || PARTS.stream().anyMatch(joined::contains);
  }

  private static String singular(String word) {
    return word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * The pseudonym of a value.
   *
   * @param ofValue SHA-256 hash of the value's text in UTF-8, which a database can make itself, so
   *     that the value need not leave it
   */
  public String pseudonym(Hash ofValue) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      byte[] code = mac.doFinal(ofValue.hex().getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(code).substring(0, PSEUDONYM_DIGITS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has HmacSHA256", e);
    }
  }
}
