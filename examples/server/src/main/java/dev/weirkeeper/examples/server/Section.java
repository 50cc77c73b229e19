package dev.weirkeeper.examples.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One mapping of a configuration, asked key by key. It notes what was asked for, so that whatever
 * else stands there is a mistake and not overlooked. Nothing is thrown: problems are collected, and
 * answers are usable until all of them can be told at once. Confined to one thread.
 */
final class Section {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h|d)");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,9}) ?(B|KiB|MiB|GiB|TiB)?");
  private static final int NEAR = 3;

  private final String path;
  private final Yaml.Mapping mapping;
  private final List<Problem> problems;
  private final List<String> defaults;
  private final TreeSet<String> asked = new TreeSet<>();

  private Section(
      String path, Yaml.Mapping mapping, List<Problem> problems, List<String> defaults) {
    this.path = path;
    this.mapping = mapping;
    this.problems = problems;
    this.defaults = defaults;
  }

  /**
   * The whole of a document.
   *
   * @param problems gets what is wrong
   * @param defaults gets what was not said, with what counts instead
   */
  static Section root(Yaml document, List<Problem> problems, List<String> defaults) {
    return of("", document, problems, defaults);
  }

  private static Section of(
      String path, Yaml value, List<Problem> problems, List<String> defaults) {
    if (value instanceof Yaml.Mapping mapping) {
      return new Section(path, mapping, problems, defaults);
    }
    problems.add(Problem.at(value, shown(path) + " is a mapping of keys to values"));
    return new Section(
        path, new Yaml.Mapping(value.line(), value.column(), Map.of()), problems, defaults);
  }

  private static String shown(String path) {
    return path.isEmpty() ? "a configuration" : path;
  }

  /** Notes that something is wrong with the value of a key. */
  void wrong(String key, String what) {
    Yaml.Entry entry = mapping.entries().get(key);
    problems.add(
        entry == null
            ? Problem.at(mapping, at(key) + " " + what)
            : Problem.at(entry.value(), at(key) + " " + what));
  }

  private String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Whether something stands there. */
  boolean has(String key) {
    asked.add(key);
    return mapping.entries().containsKey(key);
  }

  Optional<String> text(String key) {
    return value(key)
        .flatMap(
            value -> {
              Optional<String> text = scalar(at(key), value);
              return text.filter(
                  words -> {
                    if (words.contains("${")) {
                      wrong(
                          key,
                          "takes no variable: only passwords come from the environment, so that"
                              + " this file says all else");
                      return false;
                    }
                    return true;
                  });
            });
  }

  /** The same, where it must be said. */
  String required(String key, String example) {
    Optional<String> text = text(key);
    if (text.isEmpty() && !has(key)) {
      wrong(key, "is missing; say for instance " + key + ": " + example);
    }
    return text.orElse(example);
  }

  /**
   * A secret: never the secret itself, but where it comes from.
   *
   * @return the value of the variable; empty if nothing stands there
   */
  Optional<String> secret(String key, Function<String, Optional<String>> environment) {
    Optional<String> text = value(key).flatMap(value -> scalar(at(key), value));
    if (text.isEmpty()) {
      return text;
    }
    Matcher variable = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}").matcher(text.get());
    if (!variable.matches()) {
      wrong(
          key,
          "holds a secret in clear text; write ${NAME} for a variable of the environment, or leave"
              + " it to the driver's password file (PGPASSFILE)");
      return Optional.empty();
    }
    Optional<String> value = environment.apply(variable.group(1)).filter(word -> !word.isEmpty());
    if (value.isEmpty()) {
      wrong(key, "needs the variable " + variable.group(1) + ", which is not set");
    }
    return value;
  }

  <E extends Enum<E>> E choice(String key, E otherwise) {
    return text(key)
        .map(word -> constant(key, word, otherwise))
        .orElseGet(() -> taken(key, otherwise, shown(otherwise)));
  }

  /** A text with a default. */
  String text(String key, String otherwise) {
    return text(key).orElseGet(() -> taken(key, otherwise, otherwise));
  }

  private <T> T taken(String key, T otherwise, String shown) {
    if (!has(key)) {
      defaults.add(at(key) + ": " + shown);
    }
    return otherwise;
  }

  private <E extends Enum<E>> E constant(String key, String word, E otherwise) {
    List<E> all = Arrays.asList(otherwise.getDeclaringClass().getEnumConstants());
    Optional<E> meant = all.stream().filter(constant -> shown(constant).equals(word)).findFirst();
    if (meant.isEmpty()) {
      wrong(
          key,
          "is one of "
              + String.join(", ", all.stream().map(Section::shown).toList())
              + ", not '"
              + word
              + "'");
    }
    return meant.orElse(otherwise);
  }

  static String shown(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  long number(String key, long least, long most, long otherwise) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return taken(key, otherwise, String.valueOf(otherwise));
    }
    if (text.get().matches("\\d{1,18}")) {
      long number = Long.parseLong(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    }
    wrong(key, "is a whole number from " + least + " to " + most + ", not '" + text.get() + "'");
    return otherwise;
  }

  Duration duration(String key, Duration otherwise) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return taken(key, otherwise, shown(otherwise));
    }
    Matcher parts = DURATION.matcher(text.get());
    if (!parts.matches()) {
      wrong(key, "is a duration like 500ms, 30s, 10m, 24h or 7d, not '" + text.get() + "'");
      return otherwise;
    }
    long count = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static String shown(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  long bytes(String key, long otherwise) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return taken(key, otherwise, (otherwise >> 30) + "GiB");
    }
    Matcher parts = BYTES.matcher(text.get());
    if (!parts.matches()) {
      wrong(key, "is a size like 512MiB or 10GiB, not '" + text.get() + "'");
      return otherwise;
    }
    List<String> units = List.of("B", "KiB", "MiB", "GiB", "TiB");
    int unit = parts.group(2) == null ? 0 : units.indexOf(parts.group(2));
    return Long.parseLong(parts.group(1)) << (10 * unit);
  }

  /** An absolute address without secrets in it. */
  Optional<URI> address(String key) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI address = new URI(text.get());
      if (address.isAbsolute() && address.getHost() != null && address.getUserInfo() == null) {
        return Optional.of(address);
      }
    } catch (URISyntaxException e) {
      wrong(key, "is no address: " + e.getReason() + " at character " + e.getIndex());
      return Optional.empty();
    }
    wrong(key, "is an absolute address without a user, like https://id.example/realm");
    return Optional.empty();
  }

  List<String> texts(String key) {
    Optional<Yaml> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof Yaml.Many many)) {
      wrong(key, "is a list: [a, b]");
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < many.items().size(); i++) {
      scalar(at(key) + "[" + i + "]", many.items().get(i)).ifPresent(texts::add);
    }
    return texts;
  }

  /** The section of a key, empty if nothing stands there. */
  Section section(String key) {
    return value(key)
        .map(value -> of(at(key), value, problems, defaults))
        .orElseGet(
            () ->
                new Section(
                    at(key),
                    new Yaml.Mapping(mapping.line(), mapping.column(), Map.of()),
                    problems,
                    defaults));
  }

  Optional<Section> optional(String key) {
    return has(key) ? Optional.of(section(key)) : Optional.empty();
  }

  /** A list of sections. */
  List<Section> sections(String key) {
    Optional<Yaml> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!(value.get() instanceof Yaml.Many many)) {
      wrong(key, "is a list of mappings, each behind a dash");
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < many.items().size(); i++) {
      sections.add(of(at(key) + "[" + i + "]", many.items().get(i), problems, defaults));
    }
    return sections;
  }

  /** A section for each name that somebody chose. */
  Map<String, Section> children(String key) {
    Map<String, Section> all = new LinkedHashMap<>();
    Section of = section(key);
    of.mapping.entries().forEach((name, entry) -> all.put(name, of.section(name)));
    return all;
  }

  /** The keys of a mapping whose keys somebody chose. */
  List<String> keys() {
    return List.copyOf(mapping.entries().keySet());
  }

  /** Whatever was not asked for is a mistake. */
  void done() {
    mapping
        .entries()
        .forEach(
            (key, entry) -> {
              if (!asked.contains(key)) {
                problems.add(
                    new Problem(
                        entry.line(),
                        entry.column(),
                        "there is no '" + at(key) + "'" + meant(key)));
              }
            });
  }

  private String meant(String key) {
    return asked.stream()
        .filter(known -> distance(key.toLowerCase(Locale.ROOT), known) <= NEAR)
        .min((a, b) -> Integer.compare(distance(key, a), distance(key, b)))
        .map(known -> "; did you mean " + known + "?")
        .orElseGet(() -> "; here may stand " + String.join(", ", asked));
  }

  private static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] now = new int[b.length() + 1];
      now[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int exchanged = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        now[j] = Math.min(exchanged, 1 + Math.min(before[j], now[j - 1]));
      }
      before = now;
    }
    return before[b.length()];
  }

  private Optional<Yaml> value(String key) {
    asked.add(key);
    return Optional.ofNullable(mapping.entries().get(key)).map(Yaml.Entry::value);
  }

  private Optional<String> scalar(String where, Yaml value) {
    if (value instanceof Yaml.Text text) {
      if (!text.text().isBlank()) {
        return Optional.of(text.text());
      }
      problems.add(Problem.at(value, where + " is empty; say something or leave the key out"));
      return Optional.empty();
    }
    problems.add(Problem.at(value, where + " is one value, not a list or a mapping"));
    return Optional.empty();
  }
}
