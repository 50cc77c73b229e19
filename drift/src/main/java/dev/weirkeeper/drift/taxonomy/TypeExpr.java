package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.Type;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A type without the spelling of a system, nested ones included: what two systems' types are
 * compared by.
 */
public sealed interface TypeExpr {

  /** What a scalar is, apart from its size. */
  enum Family {
    BOOLEAN,
    /** Signed; one argument: bits. */
    INTEGER,
    /** Binary; one argument: bits. */
    FLOAT,
    /** Two arguments: digits in all, digits behind the point; none: without bounds. */
    DECIMAL,
    /** At most one argument: characters. */
    TEXT,
    /** One argument: characters, padded with blanks. */
    CHAR,
    /** At most one argument: bytes. */
    BINARY,
    /** One argument: bytes, always that many. */
    FIXED,
    /** One argument: bits, always that many. */
    BIT,
    /** At most one argument: bits. */
    BIT_VARYING,
    DATE,
    /** One argument, as the three below: digits of a second. */
    TIME,
    TIME_TZ,
    /** Without a time zone. */
    TIMESTAMP,
    /** An instant. */
    TIMESTAMP_TZ,
    INTERVAL,
    UUID,
    /** JSON as its text. */
    JSON,
    /** JSON as its meaning. */
    JSON_BINARY,
    ENUM,
    /** Only NULL. */
    VOID,
    /** A type that no rule here knows. */
    OTHER
  }

  /**
   * @param name as the system calls it, where the family does not say all: an enum, another type
   * @param longest characters of the longest text of a value, where that is known
   */
  record Scalar(Family family, List<Integer> args, String name, OptionalInt longest)
      implements TypeExpr {
    public Scalar {
      requireNonNull(family, "family");
      args = List.copyOf(args);
      requireNonNull(name, "name");
      requireNonNull(longest, "longest");
    }

    static Scalar of(Family family, Integer... args) {
      return new Scalar(family, List.of(args), "", OptionalInt.empty());
    }

    int arg(int index) {
      return args.get(index);
    }

    @Override
    public String toString() {
      String text = name.isEmpty() ? family.name().toLowerCase(java.util.Locale.ROOT) : name;
      return args.isEmpty()
          ? text
          : text + args.stream().map(String::valueOf).collect(Collectors.joining(",", "(", ")"));
    }
  }

  record ListOf(TypeExpr element) implements TypeExpr {
    public ListOf {
      requireNonNull(element, "element");
    }

    @Override
    public String toString() {
      return "list<" + element + ">";
    }
  }

  record MapOf(TypeExpr key, TypeExpr value) implements TypeExpr {
    public MapOf {
      requireNonNull(key, "key");
      requireNonNull(value, "value");
    }

    @Override
    public String toString() {
      return "map<" + key + "," + value + ">";
    }
  }

  record Struct(List<Field> fields) implements TypeExpr {
    public Struct {
      fields = List.copyOf(fields);
    }

    @Override
    public String toString() {
      return fields.stream().map(Field::toString).collect(Collectors.joining(",", "struct<", ">"));
    }
  }

  /**
   * A field of a struct.
   *
   * @param id what stays the same when it is renamed; empty where the system has no such thing
   */
  record Field(Optional<String> id, String name, TypeExpr type, Nullability nullability) {
    public Field {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      requireNonNull(nullability, "nullability");
    }

    @Override
    public String toString() {
      return name + ":" + type;
    }
  }

  /** The type of a PostgreSQL column. */
  static TypeExpr of(Type type) {
    return PostgresTypes.of(type);
  }

  /**
   * Reads the text of a type.
   *
   * @throws IllegalArgumentException if it is not one in that notation; the message quotes nothing
   *     of it
   */
  static TypeExpr parse(String text, TypeNotation notation) {
    return notation == TypeNotation.POSTGRESQL
        ? PostgresTypes.parse(text)
        : new TypeParser(text, notation).parse();
  }
}
