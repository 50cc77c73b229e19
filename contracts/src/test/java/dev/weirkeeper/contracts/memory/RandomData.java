package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random rows, and random expressions that make sense on them; awkward values are common. */
public final class RandomData {
  public static final DatasetRef REF = new DatasetRef(new Asset("test", "data"), "1");

  public static final Fields FIELDS =
      new Fields(
          List.of(
              field("i", Form.INTEGER),
              field("j", Form.INTEGER),
              field("n", Form.DECIMAL),
              field("f", Form.FLOAT),
              field("g", Form.FLOAT),
              field("s", Form.TEXT),
              field("t", Form.TEXT),
              field("p", Form.PADDED),
              field("b", Form.TRUTH),
              field("c", Form.TRUTH),
              field("day", Form.DATE),
              field("eve", Form.DATE),
              field("at", Form.TIMESTAMP),
              field("utc", Form.TIMESTAMP_WITH_ZONE)));

  private static final List<Long> LONGS =
      List.of(
          -2L,
          -1L,
          0L,
          1L,
          2L,
          3L,
          64L,
          1L << 53,
          (1L << 53) + 1,
          Long.MIN_VALUE,
          Long.MIN_VALUE + 1,
          Long.MAX_VALUE - 1,
          Long.MAX_VALUE);
  private static final List<BigDecimal> DECIMALS =
      List.of(
              "0",
              "0.00",
              "1",
              "1.0",
              "1.5",
              "-1.5",
              "2.50",
              "9223372036854775807",
              "9223372036854775808",
              "-9223372036854775809",
              "1E+40",
              "123456789012345678901.5",
              "0.1",
              "1E-30")
          .stream()
          .map(BigDecimal::new)
          .toList();
  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          1.0,
          1.5,
          -1.5,
          2.5,
          0.1,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MAX_VALUE,
          Double.MIN_VALUE,
          0x1p53,
          0x1p63,
          -0x1p63);
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "ab",
          "abc",
          "b",
          "B",
          "é",
          "\ud83d\ude00",
          "\ud83d\ude00a",
          "\uffee",
          "\uff0ca",
          "\ud83d",
          "a%",
          "a_c",
          "x\ny",
          "100");
  private static final List<LocalDate> DATES =
      List.of(
          LocalDate.of(1969, 12, 31),
          LocalDate.EPOCH,
          LocalDate.of(2020, 2, 29),
          LocalDate.of(2020, 3, 1));
  private static final List<LocalDateTime> TIMES =
      List.of(
          LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000),
          LocalDate.EPOCH.atStartOfDay(),
          LocalDateTime.of(2020, 2, 29, 12, 0),
          LocalDate.of(2020, 3, 1).atStartOfDay());
  private static final List<String> HUGE = List.of("1E+400", "-1E+400", "1E-400", "0.30");

  private final Random random;
  private final int nullsInTen;

  public RandomData(Random random) {
    this.random = random;
    this.nullsInTen = random.nextInt(4) * random.nextInt(4);
  }

  private static Field field(String name, Form form) {
    return new Field(name, form, form.name());
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  public List<List<@Nullable Object>> rows(int count) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Field field : FIELDS.all()) {
        values.add(random.nextInt(10) < nullsInTen ? null : value(field.form()));
      }
      rows.add(values);
    }
    return rows;
  }

  private Object value(Form form) {
    return switch (form) {
      case INTEGER -> one(LONGS);
      case DECIMAL -> one(DECIMALS);
      case FLOAT -> one(DOUBLES);
      case PADDED -> one(TEXTS) + " ".repeat(random.nextInt(3));
      case TRUTH -> random.nextBoolean();
      case DATE -> one(DATES);
      case TIMESTAMP -> one(TIMES);
      case TIMESTAMP_WITH_ZONE -> one(TIMES).toInstant(java.time.ZoneOffset.UTC);
      default -> one(TEXTS);
    };
  }

  /** The rows in frames of random sizes, empty ones among them. */
  public FrameSource source(List<List<@Nullable Object>> rows) {
    List<Frame> frames = new ArrayList<>();
    Frames building = new Frames(FIELDS);
    int size = random.nextInt(131);
    for (List<@Nullable Object> row : rows) {
      while (building.rows() >= size) {
        frames.add(building.take());
        size = random.nextInt(131);
      }
      building.add(row.toArray());
    }
    frames.add(building.take());
    return FrameSource.of(REF, FIELDS, frames);
  }

  public Expr expr(int depth) {
    int choice = random.nextInt(depth > 0 ? 17 : 9);
    return switch (choice) {
      case 0 -> new Expr.Always(one(List.of(Expr.Truth.values())));
      case 1, 2 -> compare();
      case 3 -> in();
      case 4 -> random.nextBoolean() ? new Expr.IsNull(any()) : new Expr.IsMissing(any());
      case 5 -> {
        Expr.Compare compare = compare();
        yield new Expr.Same(compare.left(), compare.right());
      }
      case 6 -> new Expr.Matches(any(), one(List.of("^a", "b$", "[0-9]+", ".", "é|B", "^$")));
      case 7 ->
          new Expr.Like(
              any(), one(List.of("", "%", "_", "a%", "%a", "%b%", "_%_", "a\\%", "1_%0")));
      case 8 -> new Expr.Passes(any(), "odd-length", Json.empty());
      case 9, 10 -> Expr.not(expr(depth - 1));
      case 11 -> new Expr.And(parts(depth));
      case 12 -> new Expr.Or(parts(depth));
      case 13 -> new Expr.IsTrue(expr(depth - 1));
      case 14 -> range();
      case 15 ->
          random.nextBoolean()
              ? new Expr.Repeated(
                  columns(), one(List.of(Expr.Nulls.values())), expr(Math.min(1, depth - 1)))
              : refers();
      default ->
          new Expr.OutOfOrder(
              column(),
              one(List.of(Expr.Direction.values())),
              one(List.of(Expr.Strictness.values())),
              expr(depth - 1));
    };
  }

  private List<Expr> parts(int depth) {
    List<Expr> parts = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      parts.add(expr(depth - 1));
    }
    return parts;
  }

  private Expr refers() {
    List<String> columns = columns();
    return new Expr.Refers(columns, "other", columns);
  }

  /** Between, as rules are lowered, or not between. */
  private Expr range() {
    Expr.Compare first = compare();
    Expr.Compare second =
        new Expr.Compare(first.left(), one(List.of(Expr.Comparison.values())), first.right());
    return random.nextBoolean() ? Expr.all(first, second) : Expr.any(first, second);
  }

  private String column() {
    return one(FIELDS.names());
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>();
    columns.add(column());
    while (random.nextBoolean()) {
      columns.add(column());
    }
    return columns;
  }

  private Operand any() {
    return random.nextInt(4) == 0 ? number() : Operand.column(column());
  }

  private Expr in() {
    List<Literal> members = new ArrayList<>();
    int kind = random.nextInt(4);
    Operand value =
        switch (kind) {
          case 0 -> number();
          case 1 -> text();
          case 2 -> moment();
          default -> Operand.column(random.nextBoolean() ? "b" : "c");
        };
    for (int i = random.nextInt(5); i > 0; i--) {
      members.add(
          switch (kind) {
            case 0 -> numberLiteral();
            case 1 -> Literal.of(one(TEXTS));
            case 2 -> momentLiteral();
            default -> Literal.of(random.nextBoolean());
          });
    }
    return new Expr.In(value, members);
  }

  private Expr.Compare compare() {
    Expr.Comparison how = one(List.of(Expr.Comparison.values()));
    boolean constant = random.nextBoolean();
    Operand left;
    Operand right;
    switch (random.nextInt(4)) {
      case 0 -> {
        left = number();
        right = constant ? new Operand.Constant(numberLiteral()) : number();
      }
      case 1 -> {
        left = text();
        right = constant ? Operand.constant(one(TEXTS)) : text();
      }
      case 2 -> {
        left = moment();
        right = constant ? new Operand.Constant(momentLiteral()) : moment();
      }
      default -> {
        left = Operand.column("b");
        right = constant ? Operand.constant(random.nextBoolean()) : Operand.column("c");
      }
    }
    return random.nextInt(4) == 0
        ? new Expr.Compare(right, how, left)
        : new Expr.Compare(left, how, right);
  }

  private Literal numberLiteral() {
    return switch (random.nextInt(4)) {
      case 0 -> Literal.of(one(LONGS));
      case 1 -> Literal.of(one(DECIMALS));
      case 2 -> new Literal.Numeric(one(HUGE));
      default -> {
        double number = one(DOUBLES);
        yield Double.isFinite(number) ? Literal.of(number) : Literal.of(1);
      }
    };
  }

  private Literal momentLiteral() {
    return switch (random.nextInt(3)) {
      case 0 -> Literal.of(one(DATES));
      case 1 -> new Literal.Text(one(TIMES).toString());
      default -> {
        Instant instant = one(TIMES).toInstant(java.time.ZoneOffset.UTC);
        yield Literal.of(instant);
      }
    };
  }

  private Operand number() {
    Operand column = Operand.column(one(List.of("i", "j", "n", "f", "g")));
    return switch (random.nextInt(12)) {
      case 0 -> new Operand.Sum(List.of(column, number()));
      case 1 -> new Operand.Minus(column, number());
      case 2 -> new Operand.Over(column, number());
      case 3 -> new Operand.Absolute(column);
      case 4 -> new Operand.Length(Operand.column(column()));
      case 5 -> new Operand.Sum(List.of(column, new Operand.Constant(numberLiteral())));
      default -> column;
    };
  }

  private Operand text() {
    return random.nextInt(5) == 0
        ? new Operand.PythonText(Operand.column(column()))
        : Operand.column(one(List.of("s", "t", "p")));
  }

  private Operand moment() {
    return Operand.column(one(List.of("day", "eve", "at", "utc")));
  }
}
