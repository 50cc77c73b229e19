package dev.weirkeeper.contracts.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TestRows;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The columnar tests against naive ones over strings, BigDecimal and java.time. */
class FastPathsTest {
  private static final int ROUNDS = 100;
  private static final int VALUES = 200;
  private static final Pattern YEAR_OUT_OF_REACH = Pattern.compile("BC\"|\\d{5,}-\\d\\d-");

  private final long seed = 20_260_731L;
  private final Random random = new Random(seed);

  private void agree(String type, Rule rule, List<String> values, Predicate<String> naive) {
    Relation relation = TestRows.relation(List.of(), "v " + type);
    TestRows rows = new TestRows(relation);
    values.forEach(rows::insert);
    RowBatch batch = rows.batch();
    agree(relation, batch, rule, values, naive);
    // The same rule by the memory engine: a condition takes it there. It compares no rows of a
    // stream, and knows years from 1 to 9999.
    boolean far = YEAR_OUT_OF_REACH.matcher(rule.terms().text()).find();
    if (!rule.kind().equals(Rule.UNIQUE) && !far) {
      agree(relation, batch, rule.where(Expr.always(Expr.Truth.TRUE)), values, naive);
    }
  }

  private void agree(
      Relation relation, RowBatch batch, Rule rule, List<String> values, Predicate<String> naive) {
    var judge = Contracts.of(Contract.of("c", "1", "public.t", rule)).on(relation);
    assertThat(judge.block(values.size())).as("seed %d, %s", seed, rule.terms()).isEmpty();
    Labels labels = judge.label(batch);
    List<String> judgedWrong = new ArrayList<>();
    for (int row = 0; row < values.size(); row++) {
      if (labels.good(row) != naive.test(values.get(row))) {
        judgedWrong.add(values.get(row));
      }
    }
    assertThat(judgedWrong).as("seed %d: %s %s", seed, rule.kind(), rule.terms()).isEmpty();
  }

  private List<String> values(Supplier<String> one) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < VALUES; i++) {
      values.add(one.get());
    }
    return values;
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** A range over two of the bounds, each end inclusive, exclusive or missing (but one). */
  private <T extends Comparable<? super T>> Range range(T a, T b, Function<T, Object> literal) {
    T low = a.compareTo(b) <= 0 ? a : b;
    T high = a.compareTo(b) <= 0 ? b : a;
    Range from =
        random.nextBoolean()
            ? Range.atLeast(literal.apply(low))
            : Range.moreThan(literal.apply(low));
    return switch (random.nextInt(4)) {
      case 0 -> from;
      case 1 -> Range.upTo(literal.apply(high));
      case 2 -> from.atMost(literal.apply(high));
      default -> from.lessThan(literal.apply(high));
    };
  }

  private static <T extends Comparable<? super T>> boolean within(
      Range range, T value, Function<Literal, T> read) {
    Optional<Integer> toMin = range.min().map(bound -> value.compareTo(read.apply(bound.value())));
    Optional<Integer> toMax = range.max().map(bound -> value.compareTo(read.apply(bound.value())));
    boolean aboveMin =
        toMin.map(order -> range.min().get().inclusive() ? order >= 0 : order > 0).orElse(true);
    boolean belowMax =
        toMax.map(order -> range.max().get().inclusive() ? order <= 0 : order < 0).orElse(true);
    return aboveMin && belowMax;
  }

  private String integer() {
    return switch (random.nextInt(5)) {
      case 0 -> String.valueOf(random.nextLong());
      case 1 -> String.valueOf(any(List.of(Long.MIN_VALUE, Long.MAX_VALUE, 0L, -1L)));
      default -> String.valueOf(random.nextInt(21) - 10);
    };
  }

  private String decimal() {
    return switch (random.nextInt(6)) {
      case 0 -> new BigDecimal(new BigInteger(200, random), random.nextInt(60)).toPlainString();
      case 1 -> BigDecimal.valueOf(random.nextLong(), random.nextInt(25)).toPlainString();
      case 2 -> "-" + (1 + random.nextInt(9)) + "0".repeat(random.nextInt(22));
      default -> BigDecimal.valueOf(random.nextInt(41) - 20L, random.nextInt(3)).toPlainString();
    };
  }

  private String float64() {
    double value =
        switch (random.nextInt(6)) {
          case 0 -> Double.longBitsToDouble(random.nextLong());
          case 1 -> random.nextDouble();
          case 2 -> Math.nextUp((random.nextInt(21) - 10) / 10.0);
          case 3 -> random.nextGaussian() * 1e18;
          default -> (random.nextInt(21) - 10) / 10.0;
        };
    return Double.isFinite(value) ? String.valueOf(value).replace("E", "e") : "0";
  }

  private static final List<String> LETTERS =
      List.of("a", "b", "Z", "é", "ß", "漢", "😀", " ", "\uFFFD");

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(12); length > 0; length--) {
      text.append(any(LETTERS));
    }
    return text.toString();
  }

  @Test
  void integers_lie_in_ranges_as_big_decimals_do() {
    for (int round = 0; round < ROUNDS; round++) {
      Range range = range(new BigDecimal(decimal()), new BigDecimal(decimal()), number -> number);

      agree(
          "int8",
          Rule.between("v", range),
          values(this::integer),
          value -> within(range, new BigDecimal(value), FastPathsTest::decimalOf));
    }
  }

  @Test
  void decimals_lie_in_ranges_as_big_decimals_do() {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> values = values(this::decimal);
      Range range =
          range(new BigDecimal(any(values)), new BigDecimal(any(values)), number -> number);

      agree(
          "numeric",
          Rule.between("v", range),
          values,
          value -> within(range, new BigDecimal(value), FastPathsTest::decimalOf));
    }
  }

  @Test
  void floats_lie_in_ranges_as_doubles_do() {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> values = values(this::float64);
      Range range =
          range(new BigDecimal(any(values)), new BigDecimal(any(values)), number -> number);

      agree(
          "float8",
          Rule.between("v", range),
          values,
          value ->
              within(
                  range,
                  Double.parseDouble(value) + 0.0,
                  bound -> decimalOf(bound).doubleValue() + 0.0));
    }
  }

  @Test
  void numbers_are_in_sets_if_a_member_is_equal() {
    for (int round = 0; round < ROUNDS; round++) {
      String type = any(List.of("int8", "numeric", "float8"));
      boolean isFloat = type.equals("float8");
      List<String> values =
          values(() -> type.equals("int8") ? integer() : isFloat ? float64() : decimal());
      Object[] members =
          values(() -> random.nextInt(5) == 0 ? decimal() : any(values)).stream()
              .limit(random.nextInt(40))
              .map(BigDecimal::new)
              .toArray();
      Set<Object> set = new HashSet<>();
      for (Object member : members) {
        BigDecimal number = (BigDecimal) member;
        set.add(isFloat ? (Object) (number.doubleValue() + 0.0) : number.stripTrailingZeros());
      }
      Predicate<String> naive =
          value ->
              set.contains(
                  isFloat
                      ? (Object) (Double.parseDouble(value) + 0.0)
                      : new BigDecimal(value).stripTrailingZeros());

      agree(type, Rule.inSet("v", members), values, naive);
      agree(type, Rule.notInSet("v", members), values, naive.negate());
    }
  }

  @Test
  void text_is_in_sets_ranges_and_lengths_as_code_points_say() {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> values = values(this::text);
      Object[] members = values(this::text).stream().limit(random.nextInt(60)).toArray();
      Set<Object> set = Set.copyOf(Arrays.asList(members));
      int min = random.nextInt(13);
      int max = min + random.nextInt(4);
      String low = any(values);
      String high = any(values);
      Range range = range(new Points(low), new Points(high), points -> points.text());

      agree("text", Rule.inSet("v", members), values, set::contains);
      agree(
          "text",
          Rule.lengthBetween("v", min, max),
          values,
          value -> {
            int length = value.codePointCount(0, value.length());
            return length >= min && length <= max;
          });
      agree(
          "text",
          Rule.between("v", range),
          values,
          value ->
              within(
                  range, new Points(value), bound -> new Points(((Literal.Text) bound).value())));
    }
  }

  /** Text in the order of its code points. */
  private record Points(String text) implements Comparable<Points> {
    @Override
    public int compareTo(Points other) {
      return Arrays.compare(text.codePoints().toArray(), other.text.codePoints().toArray());
    }
  }

  private LocalDateTime moment() {
    long days =
        random.nextInt(5) == 0 ? random.nextInt(6_000_000) - 2_400_000L : random.nextInt(40);
    long micros = random.nextInt(3) == 0 ? random.nextInt(1_000_000) : random.nextInt(2) * 500_000L;
    return LocalDate.of(2020, 2, 20)
        .plusDays(days)
        .atTime(random.nextInt(24), random.nextInt(60), random.nextInt(3))
        .plusNanos(micros * 1000);
  }

  /** As PostgreSQL writes it. */
  private static String written(LocalDateTime moment) {
    int year = moment.getYear();
    String fraction = String.format("%06d", moment.getNano() / 1000).replaceAll("0+$", "");
    return String.format(
            "%04d-%02d-%02d %02d:%02d:%02d",
            year <= 0 ? 1 - year : year,
            moment.getMonthValue(),
            moment.getDayOfMonth(),
            moment.getHour(),
            moment.getMinute(),
            moment.getSecond())
        + (fraction.isEmpty() ? "" : "." + fraction)
        + (year <= 0 ? " BC" : "");
  }

  private static String zoned(LocalDateTime moment, ZoneOffset zone) {
    String era = moment.getYear() <= 0 ? " BC" : "";
    String text = written(moment);
    String offset = zone.equals(ZoneOffset.UTC) ? "+00" : zone.getId().replace(":00", "");
    return text.substring(0, text.length() - era.length()) + offset + era;
  }

  @Test
  void moments_lie_in_ranges_as_java_time_says() {
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, LocalDateTime> moments =
          values(() -> "").stream()
              .map(any -> moment())
              .collect(Collectors.toMap(FastPathsTest::written, m -> m, (m, same) -> m));
      List<String> values = List.copyOf(moments.keySet());
      Range range =
          range(moments.get(any(values)), moments.get(any(values)), FastPathsTest::written);

      agree(
          "timestamp",
          Rule.between("v", range),
          values,
          value ->
              within(
                  range, moments.get(value), text -> moments.get(((Literal.Text) text).value())));
    }
  }

  @Test
  void moments_with_zones_lie_in_ranges_as_instants_do() {
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, OffsetDateTime> moments =
          values(() -> "").stream()
              .map(
                  any ->
                      moment().atOffset(ZoneOffset.ofTotalSeconds((random.nextInt(96) - 48) * 900)))
              .collect(
                  Collectors.toMap(
                      m -> zoned(m.toLocalDateTime(), m.getOffset()), m -> m, (m, same) -> m));
      List<String> values = List.copyOf(moments.keySet());
      Range range =
          range(
              moments.get(any(values)).toInstant(),
              moments.get(any(values)).toInstant(),
              instant -> written(LocalDateTime.ofInstant(instant, ZoneOffset.UTC)));
      Map<String, OffsetDateTime> bounds =
          moments.values().stream()
              .collect(
                  Collectors.toMap(
                      m -> written(LocalDateTime.ofInstant(m.toInstant(), ZoneOffset.UTC)),
                      m -> m,
                      (m, same) -> m));

      agree(
          "timestamptz",
          Rule.between("v", range),
          values,
          value ->
              within(
                  range,
                  moments.get(value).toInstant(),
                  text -> bounds.get(((Literal.Text) text).value()).toInstant()));
    }
  }

  @Test
  void dates_lie_in_ranges_as_java_time_says() {
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, LocalDate> dates =
          values(() -> "").stream()
              .map(any -> moment().toLocalDate())
              .collect(
                  Collectors.toMap(
                      d -> written(d.atStartOfDay()).replace(" 00:00:00", ""),
                      d -> d,
                      (d, same) -> d));
      List<String> values = List.copyOf(dates.keySet());
      LocalDateTime a = dates.get(any(values)).atTime(random.nextInt(2) * 12, 0);
      LocalDateTime b = dates.get(any(values)).plusDays(1).atTime(random.nextInt(2) * 12, 0);
      Range range = range(a, b, FastPathsTest::written);
      Map<String, LocalDateTime> bounds =
          List.of(a, b).stream()
              .collect(Collectors.toMap(FastPathsTest::written, m -> m, (m, same) -> m));

      agree(
          "date",
          Rule.between("v", range),
          values,
          value ->
              within(
                  range,
                  dates.get(value).atStartOfDay(),
                  text -> bounds.get(((Literal.Text) text).value())));
    }
  }

  @Test
  void copies_are_what_a_map_counts_more_than_once() {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> values = values(() -> String.valueOf(random.nextInt(300)));
      Map<String, Long> counts =
          values.stream().collect(Collectors.groupingBy(v -> v, Collectors.counting()));

      agree("text", Rule.unique("v"), values, value -> counts.get(value) == 1);
    }
  }

  @Test
  void a_value_of_no_number_is_in_no_range_and_never_an_error() {
    List<String> values = new ArrayList<>();
    String characters = "0123456789.-+eE NaInfity:/";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder value = new StringBuilder();
      for (int length = random.nextInt(30); length > 0; length--) {
        value.append(characters.charAt(random.nextInt(characters.length())));
      }
      values.add(value.toString());
    }
    for (String type : List.of("int8", "numeric", "float8", "date", "timestamp", "timestamptz")) {
      Form form = Form.of(dev.weirkeeper.Type.of(type));
      Range range = form.isNumber() ? Range.atLeast(0) : Range.atLeast("2000-01-01");
      Check.ValueTest test = Ranges.compile(range, form);
      for (String value : values) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        boolean holds = test.holds(bytes, 0, bytes.length);
        if (holds && type.equals("int8")) {
          assertThat(new BigInteger(value)).as("seed %d", seed).isNotNegative();
        } else if (holds && type.equals("numeric")) {
          assertThat(new BigDecimal(value)).as("seed %d", seed).isNotNegative();
        } else if (holds && type.equals("float8")) {
          assertThat(Double.parseDouble(value) + 0.0).as("seed %d", seed).isNotNegative();
        }
      }
    }
  }

  private static BigDecimal decimalOf(Literal literal) {
    return ((Literal.Numeric) literal).decimal();
  }
}
