package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes up values that fit a column's type, as SQL expressions. What checks and partition bounds
 * mention is tried as a value as well: {@code CHECK (state IN ('new', 'paid'))} cannot be met by
 * chance. Pure; the same random numbers give the same values.
 */
final class Values {
  private static final Pattern TEXT = Pattern.compile("'((?:[^']|'')*)'");
  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.'])-?\\d{1,15}(?:\\.\\d{1,6})?");
  private static final Pattern ARGUMENTS = Pattern.compile("\\((\\d+)(?:,(-?\\d+))?\\)");
  private static final int DEEPEST = 4;
  private static final int LETTERS = 26;

  private final Map<String, EnumType> enums = new HashMap<>();
  private final Map<String, DomainType> domains = new HashMap<>();
  private final Map<String, Table> composites = new HashMap<>();

  Values(DatabaseSchema schema) {
    schema
        .enums()
        .forEach(type -> enums.put(written(type.name().schema(), type.name().name()), type));
    schema
        .domains()
        .forEach(type -> domains.put(written(type.name().schema(), type.name().name()), type));
    schema
        .tables()
        .forEach(
            table -> composites.put(written(table.name().schema(), table.name().name()), table));
  }

  /** As {@code format_type} writes a name: in quotes only where it has to be. */
  private static String written(String schema, String name) {
    return written(schema) + "." + written(name);
  }

  private static String written(String name) {
    return name.matches("[a-z_][a-z0-9_$]*") ? name : Sql.name(name);
  }

  /** Values that the definitions of a table mention for a column. */
  static Hints hints(Table table, String column, List<DomainType> domains, String type) {
    List<String> definitions = new ArrayList<>();
    for (Constraint constraint : table.constraints()) {
      if (constraint.kind() == Constraint.Kind.CHECK
          && (constraint.columns().contains(column) || constraint.columns().isEmpty())) {
        definitions.add(constraint.definition());
      }
    }
    table.bound().ifPresent(definitions::add);
    domains.stream()
        .filter(domain -> type.contains(written(domain.name().schema(), domain.name().name())))
        .flatMap(domain -> domain.checks().stream())
        .forEach(check -> definitions.add(check.definition()));
    Set<String> texts = new LinkedHashSet<>();
    Set<String> numbers = new LinkedHashSet<>();
    for (String definition : definitions) {
      Matcher text = TEXT.matcher(definition);
      while (text.find()) {
        texts.add(text.group(1).replace("''", "'"));
      }
      Matcher number = NUMBER.matcher(definition.replaceAll("'(?:[^']|'')*'", " "));
      while (number.find()) {
        numbers.add(number.group());
      }
    }
    return new Hints(List.copyOf(texts), List.copyOf(numbers));
  }

  /**
   * @param texts literals
   * @param numbers literals
   */
  record Hints(List<String> texts, List<String> numbers) {
    Hints {
      texts = List.copyOf(texts);
      numbers = List.copyOf(numbers);
    }
  }

  /**
   * A value.
   *
   * @param row number of the row: keys grow with it, so that they differ
   * @return empty if the type is none that values can be made up for
   */
  Optional<String> of(TableColumn column, Hints hints, int row, SplittableRandom random) {
    return of(column.type(), hints, row, random, 0);
  }

  private Optional<String> of(
      String type, Hints hints, int row, SplittableRandom random, int depth) {
    if (depth > DEEPEST) {
      return Optional.empty();
    }
    if (type.endsWith("[]")) {
      return array(type, hints, row, random, depth);
    }
    EnumType labels = enums.get(type);
    if (labels != null) {
      return labels.labels().isEmpty()
          ? Optional.empty()
          : Optional.of(
              cast(labels.labels().get(random.nextInt(labels.labels().size())).name(), type));
    }
    DomainType domain = domains.get(type);
    if (domain != null) {
      return of(domain.base(), hints, row, random, depth + 1)
          .map(value -> "CAST(" + value + " AS " + type + ")");
    }
    Table composite = composites.get(type);
    if (composite != null) {
      return composite(composite, type, row, random, depth);
    }
    return plain(type, hints, row, random).map(text -> cast(text, type));
  }

  private Optional<String> array(
      String type, Hints hints, int row, SplittableRandom random, int depth) {
    String element = type.substring(0, type.length() - 2);
    List<String> values = new ArrayList<>();
    int length = random.nextInt(3);
    for (int i = 0; i <= length; i++) {
      Optional<String> value = of(element, hints, row + i, random, depth + 1);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    return Optional.of("CAST(ARRAY[" + String.join(", ", values) + "] AS " + type + ")");
  }

  private Optional<String> composite(
      Table table, String type, int row, SplittableRandom random, int depth) {
    List<String> values = new ArrayList<>();
    for (TableColumn column : table.columns()) {
      Optional<String> value =
          of(column.type(), new Hints(List.of(), List.of()), row, random, depth + 1);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      values.add(value.get());
    }
    return Optional.of(
        values.stream().collect(Collectors.joining(", ", "CAST(ROW(", ") AS " + type + ")")));
  }

  private static String cast(String text, String type) {
    return "CAST(" + Sql.literal(text) + " AS " + type + ")";
  }

  /** The text form of a value of a built-in type. */
  private static Optional<String> plain(
      String type, Hints hints, int row, SplittableRandom random) {
    Matcher arguments = ARGUMENTS.matcher(type);
    int first = arguments.find() ? Integer.parseInt(arguments.group(1)) : -1;
    int second =
        first >= 0 && arguments.group(2) != null ? Integer.parseInt(arguments.group(2)) : 0;
    String base = type.replaceAll("\\(.*?\\)", "").replaceAll(" +", " ").trim();
    boolean hinted = random.nextInt(2) == 0;
    return switch (base) {
      case "smallint", "integer", "bigint", "real", "double precision", "numeric", "money", "oid" ->
          Optional.of(number(base, first, second, hints, hinted, row, random));
      case "text", "character varying", "character", "\"char\"", "name", "citext" ->
          Optional.of(text(base, first, hints, hinted, row, random));
      default ->
          hinted && !hints.texts().isEmpty() && isTime(base)
              ? Optional.of(hints.texts().get(random.nextInt(hints.texts().size())))
              : other(base, first, row, random);
    };
  }

  private static boolean isTime(String base) {
    return base.startsWith("date") || base.startsWith("time");
  }

  private static String number(
      String base,
      int precision,
      int scale,
      Hints hints,
      boolean hinted,
      int row,
      SplittableRandom random) {
    boolean whole = !base.equals("numeric") && !base.equals("real") && !base.startsWith("double");
    if (hinted && !hints.numbers().isEmpty()) {
      String hint = hints.numbers().get(random.nextInt(hints.numbers().size()));
      if (hint.indexOf('.') < 0 && hint.length() < 10) {
        return Long.toString(Long.parseLong(hint) + random.nextInt(3) - 1);
      }
      return whole ? hint.replaceAll("\\..*", "") : hint;
    }
    if (hinted && !hints.texts().isEmpty()) {
      String hint = hints.texts().get(random.nextInt(hints.texts().size()));
      if (hint.matches("-?\\d{1,9}")) {
        return hint;
      }
    }
    long value = row + 1L + (random.nextInt(4) == 0 ? random.nextInt(1000) : 0);
    if (precision > 0 && precision - scale < 4) {
      long most = (long) Math.pow(10, Math.max(0, precision - scale)) - 1;
      value = most <= 0 ? 0 : value % (most + 1);
    }
    String fraction = "";
    if (!whole) {
      int digits = precision > 0 ? Math.max(0, Math.min(scale, 4)) : 2;
      if (digits > 0) {
        fraction =
            "."
                + String.format(
                    Locale.ROOT, "%0" + digits + "d", random.nextInt((int) Math.pow(10, digits)));
      }
    }
    return value + fraction;
  }

  private static String text(
      String base, int length, Hints hints, boolean hinted, int row, SplittableRandom random) {
    if (hinted && !hints.texts().isEmpty()) {
      return hints.texts().get(random.nextInt(hints.texts().size()));
    }
    StringBuilder text = new StringBuilder();
    int letters = 3 + random.nextInt(6);
    for (int i = 0; i < letters; i++) {
      text.append((char) ('a' + random.nextInt(LETTERS)));
    }
    text.append(row);
    int most = base.equals("\"char\"") ? 1 : base.equals("character") && length < 0 ? 1 : length;
    return most >= 0 && text.length() > most
        ? text.substring(text.length() - most)
        : text.toString();
  }

  private static Optional<String> other(String base, int length, int row, SplittableRandom random) {
    int small = random.nextInt(28) + 1;
    String date =
        String.format(Locale.ROOT, "20%02d-%02d-%02d", row % 30, 1 + random.nextInt(12), small);
    String time =
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", random.nextInt(24), row % 60, random.nextInt(60));
    String value =
        switch (base) {
          case "boolean" -> random.nextInt(2) == 0 ? "true" : "false";
          case "date" -> date;
          case "timestamp without time zone" -> date + " " + time + ".123456";
          case "timestamp with time zone" -> date + " " + time + ".123456+00";
          case "time without time zone" -> time;
          case "time with time zone" -> time + "+00";
          case "interval" -> small + " days " + time;
          case "uuid" -> new UUID(random.nextLong(), random.nextLong()).toString();
          case "json", "jsonb" -> "{\"n\": " + row + "}";
          case "xml" -> "<n>" + row + "</n>";
          case "bytea" -> String.format(Locale.ROOT, "\\x%08x", random.nextInt());
          case "inet", "cidr" -> "10." + random.nextInt(256) + "." + row % 256 + "." + small;
          case "macaddr" -> String.format(Locale.ROOT, "08:00:2b:01:%02x:%02x", row % 256, small);
          case "macaddr8" ->
              String.format(Locale.ROOT, "08:00:2b:01:02:03:%02x:%02x", row % 256, small);
          case "bit" -> bits(Math.max(1, length), random);
          case "bit varying" -> bits(length < 0 ? 8 : length, random);
          case "tsvector" -> "word" + row;
          case "tsquery" -> "word" + row;
          case "point" -> "(" + row + "," + small + ")";
          case "box" -> "(" + (row + 1) + "," + (small + 1) + "),(" + row + "," + small + ")";
          case "lseg" -> "[(0,0),(" + row + "," + small + ")]";
          case "path", "polygon" -> "((0,0),(" + (row + 1) + ",0),(0," + small + "))";
          case "circle" -> "<(0,0)," + small + ">";
          case "line" -> "{1,-1," + row + "}";
          case "int4range", "int8range", "numrange" ->
              "[" + row * 10 + "," + (row * 10 + small % 9 + 1) + ")";
          case "daterange" -> "[" + date + ",infinity)";
          case "tsrange" -> "[\"" + date + " 00:00:00\",infinity)";
          case "tstzrange" -> "[\"" + date + " 00:00:00+00\",infinity)";
          case "int4multirange", "int8multirange", "nummultirange" ->
              "{[" + row * 10 + "," + (row * 10 + small % 9 + 1) + ")}";
          case "pg_lsn" -> "0/" + Integer.toHexString(row + 16);
          default -> "";
        };
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  private static String bits(int length, SplittableRandom random) {
    StringBuilder bits = new StringBuilder();
    for (int i = 0; i < length; i++) {
      bits.append(random.nextInt(2));
    }
    return bits.toString();
  }
}
