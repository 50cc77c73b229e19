package dev.weirkeeper;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Blanks secrets in free text, in passes from left to right. Looks back and ahead by bounded steps,
 * or goes on behind what it has looked at, so hostile text takes no longer than other text of its
 * length. In doubt it blanks too much.
 */
final class SecretText {
  /** What is blanked may lay bare another secret; a text that does not settle is withheld whole. */
  private static final int PASSES = 6;

  private static final int BLANKS = 16;
  private static final int NEAR = 64;
  private static final int FAR = 512;
  private static final String MARK = Redaction.MARK;
  private static final Span NONE = new Span(0, 0);

  /** Tokens that say what they are by how they begin. */
  private static final List<String> PREFIXES =
      List.of(
          "ghp_",
          "gho_",
          "ghu_",
          "ghs_",
          "ghr_",
          "github_pat_",
          "glpat-",
          "xoxa-",
          "xoxb-",
          "xoxe-",
          "xoxo-",
          "xoxp-",
          "xoxr-",
          "xoxs-",
          "xapp-",
          "sk-",
          "sk_live_",
          "sk_test_",
          "rk_live_",
          "rk_test_",
          "AIza",
          "npm_",
          "pypi-",
          "dapi",
          "dop_v1_",
          "hvs.",
          "hf_",
          "SG.",
          "ya29.");

  private static final int SHORTEST_TOKEN = 16;

  /** Values that are no secrets, whatever their name. */
  private static final Set<String> NO_SECRETS =
      Set.of("null", "nil", "none", "true", "false", "undefined", "?");

  /** What stands behind a name and a colon where a text speaks of the name. */
  private static final Set<String> PROSE =
      Set.of(
          "expected",
          "is",
          "must",
          "may",
          "not",
          "no",
          "unknown",
          "missing",
          "required",
          "invalid",
          "string",
          "str",
          "text",
          "optional",
          "found");

  private final CharSequence text;
  private final int length;
  private final StringBuilder out = new StringBuilder();

  /**
   * Where that begins which is neither copied nor blanked. A name is looked for before it too: a
   * quote that never closes may have blanked the name of the next secret.
   */
  private int floor;

  private boolean changed;

  /** The run without blanks in which an {@code @} was last looked for. */
  private int runEnd;

  private int lastAt = -1;

  /** The first {@code <} behind the tag that was last looked at. */
  private int nextTag;

  /** Where a setting was named whose value, which may follow soon, is a secret. */
  private int namedAt = -FAR;

  /** No token begins before: the rest of the word has no digit, or is not in three parts. */
  private int noTokenBefore;

  private int noWebTokenBefore;

  /** What is to be blanked; nothing if it is empty. */
  private record Span(int from, int to) {
    boolean isEmpty() {
      return to <= from;
    }
  }

  /** How the text around a value says where it ends. */
  private enum Around {
    /** {@code ?name=value&name=value} */
    QUERY,
    /** {@code name=value;name=value}: values may hold blanks. */
    LIST,
    /** {@code "name": value}: a value without quotes holds nothing but letters, digits, signs. */
    JSON,
    TEXT
  }

  private SecretText(CharSequence text) {
    this.text = text;
    this.length = text.length();
  }

  static String redacted(CharSequence text) {
    CharSequence before = text;
    for (int pass = 0; pass < PASSES; pass++) {
      SecretText scan = new SecretText(before);
      scan.run();
      if (!scan.changed) {
        return before.toString();
      }
      before = scan.out;
    }
    return MARK;
  }

  private void run() {
    int at = 0;
    while (at < length) {
      Span found = at(at);
      if (found.isEmpty()) {
        at++;
      } else {
        changed |= !isMark(found.from, found.to);
        out.append(text, floor, found.from).append(MARK);
        floor = found.to;
        at = found.to;
      }
    }
    out.append(text, floor, length);
  }

  private Span at(int at) {
    char c = text.charAt(at);
    return switch (c) {
      case '=' -> pair(at);
      case ':' -> {
        Span url = url(at);
        yield url.isEmpty() ? pair(at) : url;
      }
      case '>' -> element(at);
      case '\'', '$' -> keyword(at);
      case '-' -> {
        Span key = privateKey(at);
        yield key.isEmpty() ? option(at) : key;
      }
      default -> isWord(c) && startsWord(at) ? token(at) : NONE;
    };
  }

  // ---- name and value

  /** {@code name = value}, {@code "name": "value"}, {@code name => value}. */
  private Span pair(int separator) {
    boolean colon = text.charAt(separator) == ':';
    if (colon && (is(separator + 1, ':') || is(separator - 1, ':') || is(separator + 1, '='))) {
      return NONE;
    }
    int nameEnd = nameEnd(separator, colon);
    int nameStart = nameStart(nameEnd);
    String name = text.subSequence(nameStart, nameEnd).toString();
    if (name.isEmpty()) {
      return NONE;
    }
    char before = nameStart > 0 ? text.charAt(nameStart - 1) : ' ';
    Around around =
        !colon && (before == '?' || before == '&')
            ? Around.QUERY
            : colon && isQuote(nameEnd)
                ? Around.JSON
                : isListed(nameStart) ? Around.LIST : Around.TEXT;
    boolean secret =
        SecretNames.isSecret(name)
            || around == Around.QUERY && isSignature(name)
            || SecretNames.isSecretApart(apart(nameStart, nameEnd))
            || separator - namedAt < FAR && SecretNames.isValue(name);
    int value = valueStart(separator);
    if (!secret) {
      if (SecretNames.names(name) && SecretNames.isSecret(near(value))) {
        namedAt = separator;
      }
      return NONE;
    }
    return isHeader(name) ? header(value) : value(value, name, colon, around);
  }

  /** The plain or quoted word that begins here. */
  private String near(int start) {
    int from = start;
    while (from < length && from - start < BLANKS && (is(from, '\\') || isQuote(from))) {
      from++;
    }
    int end = from;
    while (end < length && end - from < SecretNames.LONGEST && isName(text.charAt(end))) {
      end++;
    }
    return text.subSequence(from, end).toString();
  }

  /** Goes back over operators, blanks and whatever closes a quoted name. */
  private int nameEnd(int separator, boolean colon) {
    int at = separator;
    for (int i = 0; !colon && i < 2 && at > 0 && "!<>~:*^".indexOf(text.charAt(at - 1)) >= 0; i++) {
      at--;
    }
    at = backOverBlanks(at);
    for (int i = 0; i < BLANKS && at > 0 && "\"'`\\]".indexOf(text.charAt(at - 1)) >= 0; i++) {
      at--;
    }
    return at;
  }

  private int nameStart(int nameEnd) {
    int at = nameEnd;
    while (at > 0 && nameEnd - at < SecretNames.LONGEST && isName(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  /** The name with up to two words before it. */
  private String apart(int nameStart, int nameEnd) {
    int at = nameStart;
    for (int word = 0; word < 2; word++) {
      int before = backOverBlanks(at);
      int start = nameStart(before);
      if (before == at || start == before) {
        break;
      }
      at = start;
    }
    return at == nameStart ? "" : text.subSequence(at, nameEnd).toString();
  }

  private boolean isListed(int nameStart) {
    int at = backOverBlanks(nameStart);
    return at > 0 && text.charAt(at - 1) == ';';
  }

  private static boolean isSignature(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("sig") || lower.endsWith("signature");
  }

  private static boolean isHeader(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith("authorization") || lower.endsWith("cookie");
  }

  private int valueStart(int separator) {
    int at = separator + 1;
    while (at < length && at <= separator + 2 && (is(at, '=') || is(at, '>') || is(at, '~'))) {
      at++;
    }
    int afterBlanks = overBlanks(at);
    // Pretty JSON may break the line; then the value is quoted.
    int further = afterBlanks;
    while (further < length
        && further - afterBlanks < NEAR
        && Character.isWhitespace(text.charAt(further))) {
      further++;
    }
    return is(further, '"') ? further : afterBlanks;
  }

  private Span value(int start, String name, boolean colon, Around around) {
    Span quoted = quoted(start);
    if (!quoted.equals(NONE)) {
      return quoted;
    }
    if (is(start, '{') && is(start + 1, '{') || isVariable(start)) {
      return NONE;
    }
    if ((is(start, '[') || is(start, '{')) && !matches(start, MARK)) {
      return new Span(start, closing(start));
    }
    int end = plainEnd(start, around);
    if (end <= start) {
      return NONE;
    }
    if (end - start <= NEAR && saysNothing(text.subSequence(start, end).toString(), name, colon)) {
      return NONE;
    }
    return new Span(start, end);
  }

  private static boolean saysNothing(String value, String name, boolean colon) {
    String lower = value.toLowerCase(Locale.ROOT);
    String word =
        lower.endsWith(",") || lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    return NO_SECRETS.contains(word)
        || colon && PROSE.contains(word)
        || word.chars().allMatch(c -> c == '*')
        || isParameter(value)
        || word.chars().allMatch(c -> c >= '0' && c <= '9') && SecretNames.counts(name, word);
  }

  /** <code>${NAME}</code>, and nothing behind it. */
  private boolean isVariable(int start) {
    if (!matches(start, "${")) {
      return false;
    }
    int at = start + 2;
    while (at < length && at - start < NEAR && isName(text.charAt(at))) {
      at++;
    }
    return is(at, '}') && (at + 1 == length || !isName(text.charAt(at + 1)));
  }

  /** {@code $1} */
  private static boolean isParameter(String value) {
    return value.length() > 1
        && value.length() <= 4
        && value.charAt(0) == '$'
        && value.chars().skip(1).allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * What stands between quotes, however often they are escaped. An empty one is a span without
   * characters, which is not {@link #NONE}.
   */
  private Span quoted(int start) {
    int at = start;
    // E'…', N'…', b"…"
    if (at + 1 < length && "EeNnBbRr".indexOf(text.charAt(at)) >= 0 && isQuote(at + 1)) {
      at++;
    }
    int backslashes = 0;
    while (is(at, '\\') && backslashes < BLANKS) {
      backslashes++;
      at++;
    }
    if (at < length && isQuote(at)) {
      return between(at, backslashes);
    }
    return is(start, '$') ? dollarQuoted(start) : NONE;
  }

  private Span between(int open, int backslashes) {
    char quote = text.charAt(open);
    int start = open + 1;
    // ""value"": a quoted text within another whose quotes are doubled.
    boolean doubled = is(start, quote) && start + 1 < length && isWord(text.charAt(start + 1));
    if (doubled) {
      start++;
    }
    int at = start;
    int escapes = 0;
    while (at < length) {
      char c = text.charAt(at);
      if (c == quote) {
        boolean closes = backslashes == 0 ? escapes % 2 == 0 : escapes <= backslashes;
        boolean twice = is(at + 1, quote) && backslashes == 0;
        if (closes && (doubled || !twice || at == start)) {
          break;
        }
        at += closes && twice ? 2 : 1;
        escapes = 0;
      } else {
        escapes = c == '\\' ? escapes + 1 : 0;
        at++;
      }
    }
    if (at + 1 < length && isWord(text.charAt(at + 1))) {
      return new Span(open, plainEnd(at + 1, Around.TEXT)); // It goes on behind its quotes.
    }
    int end = at < length ? Math.max(start, at - escapes) : length;
    String inside = end - start <= NEAR ? text.subSequence(start, end).toString() : "";
    boolean nothing =
        !inside.isEmpty() && inside.chars().allMatch(c -> c == '*')
            || isVariable(start) && is(end - 1, '}');
    return new Span(start, nothing ? start : end);
  }

  /** {@code $tag$ … $tag$} */
  private Span dollarQuoted(int start) {
    int tagEnd = start + 1;
    while (tagEnd < length && tagEnd - start < NEAR && isWord(text.charAt(tagEnd))) {
      tagEnd++;
    }
    if (!is(tagEnd, '$')) {
      return NONE;
    }
    String tag = text.subSequence(start, tagEnd + 1).toString();
    int at = tagEnd + 1;
    while (at < length && !(is(at, '$') && matches(at, tag))) {
      at++;
    }
    return new Span(tagEnd + 1, at);
  }

  /** The rest of the line, or up to the end of the quotes around it. */
  private Span header(int start) {
    int from = start;
    int backslashes = 0;
    while (is(from, '\\')) {
      from++;
      backslashes++;
    }
    if (from < length && isQuote(from)) {
      return between(from, backslashes);
    }
    int at = start;
    while (at < length && !is(at, '\n') && !is(at, '\r') && !endsQuotes(at)) {
      at++;
    }
    return new Span(start, at);
  }

  /** Behind the bracket that closes the one at the start. */
  private int closing(int start) {
    char open = text.charAt(start);
    char close = open == '[' ? ']' : '}';
    int depth = 0;
    for (int at = start; at < length; at++) {
      if (is(at, open)) {
        depth++;
      } else if (is(at, close) && --depth == 0) {
        return at + 1;
      }
    }
    return length;
  }

  private int plainEnd(int start, Around around) {
    int at = matches(start, MARK) ? start + MARK.length() : start;
    int least = at;
    while (at < length && !endsPlain(at, around)) {
      at++;
    }
    while (at > least && ")]}\\".indexOf(text.charAt(at - 1)) >= 0) {
      at--;
    }
    return at;
  }

  private boolean endsPlain(int at, Around around) {
    char c = text.charAt(at);
    if (c == '\n' || c == '\r' || endsQuotes(at)) {
      return true;
    }
    return switch (around) {
      case QUERY -> Character.isWhitespace(c) || c == '&' || c == '<' || c == '>';
      case LIST -> c == ';' && endsItem(at + 1);
      case JSON -> Character.isWhitespace(c) || c == ',' || c == '}' || c == ']';
      case TEXT ->
          Character.isWhitespace(c)
              || c == ';' && endsItem(at + 1)
              || c == ','
                  && (at + 1 == length
                      || isQuote(at + 1)
                      || Character.isWhitespace(text.charAt(at + 1)));
    };
  }

  /** A quote that a word does not go on behind. */
  private boolean endsQuotes(int at) {
    return isQuote(at) && (at + 1 == length || !isWord(text.charAt(at + 1)));
  }

  /** Whether another item of a list, or nothing more, begins here. */
  private boolean endsItem(int at) {
    if (at >= length || Character.isWhitespace(text.charAt(at)) || isQuote(at)) {
      return true;
    }
    int end = at;
    while (end < length
        && end - at < NEAR
        && (isName(text.charAt(end)) || text.charAt(end) == ' ')) {
      end++;
    }
    return end > at && is(end, '=');
  }

  /** {@code PASSWORD 'value'}, {@code IDENTIFIED BY 'value'}. */
  private Span keyword(int quote) {
    int at = quote;
    if (at - 1 > 0 && "EeNnBb".indexOf(text.charAt(at - 1)) >= 0) {
      at = isBlank(text.charAt(at - 2)) ? at - 1 : at;
    }
    int nameEnd = backOverBlanks(at);
    if (nameEnd == at) {
      return NONE;
    }
    String name = text.subSequence(nameStart(nameEnd), nameEnd).toString();
    boolean secret =
        name.equalsIgnoreCase("by")
            ? apart(nameStart(nameEnd), nameEnd).toLowerCase(Locale.ROOT).contains("identified")
            : SecretNames.isSecret(name);
    return secret ? quoted(quote) : NONE;
  }

  /** {@code --password value}. */
  private Span option(int at) {
    if (!is(at + 1, '-')
        || at > 0 && !Character.isWhitespace(text.charAt(at - 1)) && !isQuote(at - 1)) {
      return NONE;
    }
    int end = at + 2;
    while (end < length && end - at < SecretNames.LONGEST && isName(text.charAt(end))) {
      end++;
    }
    int start = overBlanks(end);
    String name = text.subSequence(at + 2, end).toString();
    return start > end && !is(start, '-') && SecretNames.isSecret(name)
        ? value(start, name, false, Around.TEXT)
        : NONE;
  }

  /** {@code <password>value</password>}. */
  private Span element(int bracket) {
    int nameStart = nameStart(bracket);
    if (nameStart <= 0
        || "<:".indexOf(text.charAt(nameStart - 1)) < 0
        || !SecretNames.isSecret(text.subSequence(nameStart, bracket).toString())) {
      return NONE;
    }
    if (nextTag <= bracket) {
      nextTag = bracket + 1;
      while (nextTag < length && !is(nextTag, '<')) {
        nextTag++;
      }
    }
    return is(nextTag + 1, '/') ? new Span(bracket + 1, nextTag) : NONE;
  }

  // ---- addresses

  /** {@code scheme://user:password@host}, {@code jdbc:oracle:thin:user/password@host}. */
  private Span url(int colon) {
    if (is(colon + 1, '/') && is(colon + 2, '/') && colon > 0 && isWord(text.charAt(colon - 1))) {
      return userInfo(colon + 3);
    }
    String oracle = "jdbc:oracle:";
    int start = colon + 1;
    for (String driver : List.of("thin", "oci")) {
      int from = colon - driver.length() - oracle.length();
      if (from >= 0 && matches(from, oracle + driver)) {
        int end = start;
        while (end < length && end - start < FAR && !is(end, '@') && !endsRun(end)) {
          end++;
        }
        int slash = find('/', start, end);
        return is(end, '@') && slash >= 0 ? new Span(slash + 1, end) : NONE;
      }
    }
    return NONE;
  }

  private Span userInfo(int start) {
    int end = start;
    int at = -1;
    int colon = -1;
    while (end < length && !endsRun(end) && "/?#".indexOf(text.charAt(end)) < 0) {
      if (is(end, '@')) {
        at = end;
      } else if (is(end, ':') && colon < 0) {
        colon = end;
      }
      end++;
    }
    if (at >= 0) {
      return colon >= 0 && colon < at ? new Span(colon + 1, at) : NONE;
    }
    if (colon < 0 || is(start, '[') || isPort(colon + 1, end)) {
      return NONE;
    }
    // A password with a slash in it that nobody escaped.
    int last = lastAt(end);
    return last > colon ? new Span(colon + 1, last) : NONE;
  }

  private boolean isPort(int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** The last {@code @} of the run around a place, or one before it. Looks at each run once. */
  private int lastAt(int place) {
    if (place >= runEnd) {
      lastAt = -1;
      int at = place;
      while (at < length && !endsRun(at)) {
        if (is(at, '@')) {
          lastAt = at;
        }
        at++;
      }
      runEnd = Math.max(at, place + 1);
    }
    return lastAt;
  }

  private boolean endsRun(int at) {
    char c = text.charAt(at);
    return Character.isWhitespace(c) || c == '"' || c == '<' || c == '>' || c == '`';
  }

  // ---- tokens by their shape

  private Span token(int start) {
    char first = text.charAt(start);
    if (first == 'A' && (matches(start, "AKIA") || matches(start, "ASIA"))) {
      int end = start + 4;
      while (end < length && (isDigit(text.charAt(end)) || isUpper(text.charAt(end)))) {
        end++;
      }
      return end - start >= 20 ? new Span(start, end) : NONE;
    }
    if (first == 'e' && start >= noWebTokenBefore && matches(start, "eyJ")) {
      return webToken(start);
    }
    if ((first == 'B' || first == 'b') && start + 6 < length) {
      Span credentials = credentials(start);
      if (!credentials.isEmpty()) {
        return credentials;
      }
    }
    if (start < noTokenBefore) {
      return NONE;
    }
    for (String prefix : PREFIXES) {
      if (first == prefix.charAt(0) && matches(start, prefix)) {
        return prefixed(start, start + prefix.length());
      }
    }
    return NONE;
  }

  private Span prefixed(int start, int bodyStart) {
    int end = bodyStart;
    boolean digit = false;
    while (end < length && isTokenPart(text.charAt(end))) {
      digit |= isDigit(text.charAt(end));
      end++;
    }
    // SG. and ya29. go on behind a dot.
    while (digit && end + 1 < length && is(end, '.') && isTokenPart(text.charAt(end + 1))) {
      end++;
      while (end < length && isTokenPart(text.charAt(end))) {
        end++;
      }
    }
    if (digit && end - bodyStart >= SHORTEST_TOKEN) {
      return new Span(start, end);
    }
    if (!digit) {
      // The longest prefix may reach out of the word.
      noTokenBefore = end - "github_pat_".length();
    }
    return NONE;
  }

  /** {@code eyJ….eyJ….signature} */
  private Span webToken(int start) {
    int end = start;
    int parts = 1;
    int partStart = start;
    while (end < length && (isTokenPart(text.charAt(end)) || is(end, '.'))) {
      if (is(end, '.')) {
        parts += end > partStart ? 1 : 0;
        partStart = end + 1;
      }
      end++;
    }
    if (parts > 1 && end - start >= SHORTEST_TOKEN) {
      return new Span(start, end);
    }
    noWebTokenBefore = end;
    return NONE;
  }

  /** {@code Bearer token}, {@code Basic base64(user:password)}. */
  private Span credentials(int start) {
    boolean bearer = matchesIgnoringCase(start, "bearer");
    if (!bearer && !matchesIgnoringCase(start, "basic")) {
      return NONE;
    }
    int wordEnd = start + (bearer ? 6 : 5);
    int from = overBlanks(wordEnd);
    if (from == wordEnd) {
      return NONE;
    }
    int end = from;
    boolean telling = false;
    boolean upper = false;
    while (end < length
        && (isTokenPart(text.charAt(end)) || "./+~=".indexOf(text.charAt(end)) >= 0)) {
      telling |= isDigit(text.charAt(end)) || "/+~=_".indexOf(text.charAt(end)) >= 0;
      upper |= isUpper(text.charAt(end));
      end++;
    }
    if (end - from < 8) {
      return NONE;
    }
    boolean found =
        bearer
            ? telling || end - from >= 24
            : (telling || upper) && isUserAndPassword(from, Math.min(end, from + FAR));
    return found ? new Span(from, end) : NONE;
  }

  private boolean isUserAndPassword(int from, int to) {
    int whole = from + (to - from) / 4 * 4;
    try {
      byte[] decoded = Base64.getMimeDecoder().decode(text.subSequence(from, whole).toString());
      return new String(decoded, StandardCharsets.ISO_8859_1).indexOf(':') >= 0;
    } catch (IllegalArgumentException e) {
      // A word that only looks like it.
      return false;
    }
  }

  /** A private key in PEM, up to its end or that of the text. */
  private Span privateKey(int start) {
    String begin = "-----BEGIN ";
    if (!matches(start, begin)) {
      return NONE;
    }
    int labelEnd = start + begin.length();
    while (labelEnd < length && labelEnd - start < NEAR && !is(labelEnd, '-')) {
      labelEnd++;
    }
    if (!text.subSequence(start, labelEnd).toString().contains("PRIVATE KEY")) {
      return NONE;
    }
    int at = labelEnd;
    while (at < length && !(is(at, '-') && matches(at, "-----END "))) {
      at++;
    }
    int end = Math.min(length, at + "-----END ".length());
    while (end < length && end - at < NEAR && !matches(end, "-----")) {
      end++;
    }
    return new Span(start, Math.min(length, end + 5));
  }

  // ---- characters

  private boolean is(int at, char c) {
    return at >= 0 && at < length && text.charAt(at) == c;
  }

  private boolean isQuote(int at) {
    char c = text.charAt(at);
    return c == '"' || c == '\'' || c == '`';
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c);
  }

  private static boolean isName(char c) {
    return isWord(c) || c == '_' || c == '-' || c == '.';
  }

  private static boolean isTokenPart(char c) {
    return isDigit(c) || isUpper(c) || c >= 'a' && c <= 'z' || c == '_' || c == '-';
  }

  private boolean startsWord(int at) {
    return at == floor || !isWord(text.charAt(at - 1));
  }

  private int backOverBlanks(int from) {
    int at = from;
    while (at > 0 && from - at < BLANKS && isBlank(text.charAt(at - 1))) {
      at--;
    }
    return at;
  }

  private int overBlanks(int from) {
    int at = from;
    while (at < length && isBlank(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private int find(char c, int from, int to) {
    for (int at = from; at < to; at++) {
      if (is(at, c)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isMark(int from, int to) {
    return to - from == MARK.length() && matches(from, MARK);
  }

  private boolean matches(int from, String expected) {
    if (from < 0 || from + expected.length() > length) {
      return false;
    }
    for (int i = 0; i < expected.length(); i++) {
      if (text.charAt(from + i) != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean matchesIgnoringCase(int from, String expected) {
    if (from < 0 || from + expected.length() > length) {
      return false;
    }
    for (int i = 0; i < expected.length(); i++) {
      if (Character.toLowerCase(text.charAt(from + i)) != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
