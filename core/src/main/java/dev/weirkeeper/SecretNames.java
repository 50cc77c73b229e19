package dev.weirkeeper;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells the names of secrets from other names: {@code spring.datasource.password}. */
final class SecretNames {
  /** The end of a name says what it is; a name may be as long as whoever wrote it likes. */
  static final int LONGEST = 96;

  private static final Pattern BETWEEN_WORDS =
      Pattern.compile(
          "[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})");

  /** Say so wherever in a name they stand, also without a gap: {@code sslpassword}. */
  private static final List<String> TELLING =
      List.of(
          "password",
          "passwd",
          "passphrase",
          "passcode",
          "passwort",
          "secret",
          "credential",
          "authorization",
          "connectionstring",
          "connstr",
          "jaasconfig",
          "sharedaccesssignature",
          "amzsignature",
          "googsignature",
          "apikey",
          "accesskey",
          "accountkey",
          "privatekey",
          "sharedkey",
          "signingkey",
          "encryptionkey",
          "masterkey",
          "authkey",
          "sessionkey",
          "servicekey",
          "keystorekey",
          "sslkey");

  /** Say so only as a word of their own. */
  private static final Set<String> WORDS =
      Set.of("pwd", "pass", "dbpass", "sas", "cookie", "cookies", "otp", "jaas", "tokens");

  /** Names of two words and more, where they are written apart: {@code api key}. */
  private static final List<String> APART =
      List.of(
          "apikey",
          "accesskey",
          "accountkey",
          "privatekey",
          "secretkey",
          "signingkey",
          "encryptionkey",
          "masterkey",
          "connectionstring",
          "jaasconfig",
          "accesssignature");

  /** What stands behind the name of a secret to speak of something about it. */
  private static final Set<String> ABOUT =
      Set.of(
          "age",
          "algorithm",
          "budget",
          "callback",
          "class",
          "column",
          "columns",
          "count",
          "counts",
          "enabled",
          "encryption",
          "endpoint",
          "error",
          "exception",
          "expiration",
          "expires",
          "expiry",
          "field",
          "file",
          "header",
          "issuer",
          "length",
          "limit",
          "location",
          "max",
          "min",
          "name",
          "names",
          "path",
          "policy",
          "provider",
          "required",
          "size",
          "ttl",
          "type",
          "types",
          "uri",
          "url",
          "usage",
          "used",
          "version");

  private static final Set<String> NAMING =
      Set.of("name", "key", "property", "setting", "option", "parameter", "config", "header");

  private static final Set<String> VALUES =
      Set.of("value", "val", "values", "default", "current", "defaultvalue", "default_value");

  private SecretNames() {}

  static boolean isSecret(String name) {
    String[] words = words(name);
    if (words.length == 0 || ABOUT.contains(words[words.length - 1])) {
      return false;
    }
    for (String word : words) {
      if (WORDS.contains(word) || word.endsWith("token") || word.endsWith("pwd")) {
        return true;
      }
    }
    String joined = String.join("", words);
    // An identifier, not the key.
    if (joined.endsWith("accesskeyid")) {
      return false;
    }
    return TELLING.stream().anyMatch(joined.replace("secretar", "")::contains);
  }

  /** Whether words that stand side by side end with the name of a secret. */
  static boolean isSecretApart(String words) {
    String joined = String.join("", words(words));
    return APART.stream().anyMatch(joined::endsWith);
  }

  /** Whether it names a setting: {@code {"name": "password", "value": …}}. */
  static boolean names(String name) {
    return NAMING.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether it holds what such a setting is. */
  static boolean isValue(String name) {
    return VALUES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether a number under this name counts something: {@code max_tokens}, {@code PASS=23}. */
  static boolean counts(String name, String number) {
    for (String word : words(name)) {
      if (word.equals("tokens") || word.equals("pass") && number.length() <= 4) {
        return true;
      }
    }
    return false;
  }

  private static String[] words(String name) {
    String end = name.length() <= LONGEST ? name : name.substring(name.length() - LONGEST);
    String trimmed = end.replaceAll("^[^\\p{L}\\p{N}]+", "");
    if (trimmed.isEmpty()) {
      return new String[0];
    }
    String[] words = BETWEEN_WORDS.split(trimmed);
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].toLowerCase(Locale.ROOT);
    }
    return words;
  }
}
