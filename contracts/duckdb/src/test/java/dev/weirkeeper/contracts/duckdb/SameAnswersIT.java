package dev.weirkeeper.contracts.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.PythonText;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import dev.weirkeeper.contracts.memory.RandomData;
import dev.weirkeeper.contracts.memory.RowLabeller;
import dev.weirkeeper.contracts.sql.Dialect;
import dev.weirkeeper.contracts.sql.FrameReader;
import dev.weirkeeper.contracts.sql.JdbcEngine;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.ResultSetFrames;
import dev.weirkeeper.contracts.sql.SqlJudge;
import dev.weirkeeper.contracts.sql.SqlLabels;
import dev.weirkeeper.contracts.sql.SqlSource;
import dev.weirkeeper.contracts.sql.SqlSource.Place;
import dev.weirkeeper.contracts.sql.SqlSource.Rows;
import dev.weirkeeper.contracts.sql.SqlSource.Stability;
import dev.weirkeeper.testkit.LocalPostgres;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory, DuckDB and PostgreSQL find the same out about the same rows. */
class SameAnswersIT {
  private static final int SEEDS = Integer.getInteger("seeds", 12);
  private static final int EXPRESSIONS = 60;
  private static final String COLUMNS =
      "i bigint, j bigint, n %s, f %s, g %s, s %s, t %s, p %s, b boolean, c boolean, day date,"
          + " eve date, \"at\" timestamp, utc timestamp with time zone, wk_row bigint";

  private static final String OF_DUCK =
      COLUMNS.formatted("decimal(38, 10)", "double", "double", "varchar", "varchar", "varchar");
  private static final String OF_POSTGRESQL =
      COLUMNS.formatted("numeric", "float8", "float8", "text", "varchar(100)", "character(8)");

  private static LocalPostgres postgres;

  @BeforeAll
  static void start() throws Exception {
    postgres = LocalPostgres.start(Map.of("fsync", "off"));
  }

  @AfterAll
  static void stop() throws Exception {
    postgres.close();
  }

  private static ValueTest oddLength(String name, Json terms) {
    return value -> PythonText.of(value).length() % 2 == 1;
  }

  /** What a database can hold: no half characters, decimals of 38 digits. */
  private static List<List<@Nullable Object>> storable(List<List<@Nullable Object>> rows) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (List<@Nullable Object> row : rows) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object value : row) {
        if (value instanceof String text) {
          String plain = text.stripTrailing();
          values.add(plain.equals("\ud83d") ? "half" : plain);
        } else if (value instanceof BigDecimal number) {
          boolean fits = number.precision() - number.scale() <= 28 && number.scale() <= 10;
          values.add((fits ? number : new BigDecimal("0.1")).setScale(10));
        } else {
          values.add(value);
        }
      }
      all.add(values);
    }
    return all;
  }

  private static void load(
      Connection connection, String table, String columns, List<List<@Nullable Object>> rows)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + table);
      statement.execute("CREATE TABLE " + table + " (" + columns + ")");
    }
    StringJoiner places = new StringJoiner(", ", "(", ")");
    for (int i = 0; i <= RandomData.FIELDS.all().size(); i++) {
      places.add("?");
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO " + table + " VALUES " + places)) {
      for (int row = 0; row < rows.size(); row++) {
        int at = 1;
        for (Object value : rows.get(row)) {
          Object sent =
              value instanceof Instant instant ? instant.atOffset(java.time.ZoneOffset.UTC) : value;
          insert.setObject(at++, sent);
        }
        insert.setObject(at, (long) row);
        insert.addBatch();
      }
      if (!rows.isEmpty()) {
        insert.executeBatch();
      }
    }
  }

  private static SqlSource source(Connection connection, Dialect dialect) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM data LIMIT 0")) {
      ResultSetMetaData meta = none.getMetaData();
      List<Field> fields = new ArrayList<>();
      for (int i = 1; i < meta.getColumnCount(); i++) {
        fields.add(
            dialect.field(
                meta.getColumnName(i),
                meta.getColumnTypeName(i),
                meta.getPrecision(i),
                meta.getScale(i)));
      }
      return new SqlSource(
          dialect,
          new Fields(fields),
          "data",
          Optional.of(new Rows("data", "wk_row", Place.SHOWN)),
          Stability.FOR_GOOD);
    }
  }

  @Test
  void every_engine_finds_the_same_out() throws Exception {
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Connection pg = postgres.connect("postgres")) {
      Worker.execute(duck, "SET TimeZone = 'UTC'");
      for (int seed = 0; seed < SEEDS; seed++) {
        Random random = new Random(seed);
        RandomData data = new RandomData(random);
        List<List<@Nullable Object>> rows = storable(data.rows(random.nextInt(80)));
        List<List<@Nullable Object>> others = storable(data.rows(random.nextInt(30)));
        Set<Metric> metrics = metrics(random, data);
        asked += metrics.size();
        load(duck, "data", OF_DUCK, rows);
        load(duck, "other", OF_DUCK, others);
        load(pg, "data", OF_POSTGRESQL, rows);
        load(pg, "other", OF_POSTGRESQL, others);
        Answers expected;
        try (FrameSource source = data.source(rows);
            FrameSource table = Frames.source(RandomData.REF, RandomData.FIELDS, others, 7);
            MemoryEngine memory =
                new MemoryEngine(
                    source,
                    Map.of("other", table),
                    SameAnswersIT::oddLength,
                    MemoryBudget.standard())) {
          expected = memory.answer(metrics, CallControl.NONE);
        }
        compare("duckdb", seed, duck, Dialect.DUCKDB, new ChunkFrames(), metrics, expected, wrong);
        compare(
            "postgresql",
            seed,
            pg,
            Dialect.POSTGRESQL,
            new ResultSetFrames(Dialect.POSTGRESQL),
            metrics,
            expected,
            wrong);
        Map<String, RowTest> tests = tests(data);
        labels(duck, Dialect.DUCKDB, tests, data.source(rows), others, seed, wrong);
        labels(pg, Dialect.POSTGRESQL, tests, data.source(rows), others, seed, wrong);
      }
    }
    System.out.println("same answers: " + asked + " metrics on three engines, seeds " + SEEDS);
    assertThat(wrong).isEmpty();
  }

  /** Tests of values by name: those that rules ask for, and the one of random expressions. */
  private static ValueTest named(String name, Json terms) {
    return name.equals("odd-length") ? oddLength(name, terms) : ValueTests.of(name, terms);
  }

  @Test
  void every_engine_reports_the_same_on_a_contract(@TempDir Path folder) throws Exception {
    List<String> wrong = new ArrayList<>();
    Map<Judgement.Status, Integer> met = new EnumMap<>(Judgement.Status.class);
    Options options = Options.DEFAULT.sampling(Metric.ALL).indexedBy(List.of("i", "s"));
    SqlJudge judge = new SqlJudge(RuleKinds.standard(), SameAnswersIT::named, Limit.NONE);
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Connection pg = postgres.connect("postgres")) {
      Worker.execute(duck, "SET TimeZone = 'UTC'");
      for (int seed = 0; seed < SEEDS; seed++) {
        Random random = new Random(1_000_003L * seed);
        RandomData data = new RandomData(random);
        List<List<@Nullable Object>> rows =
            storable(data.rows(seed % 7 == 3 ? 0 : random.nextInt(80)));
        List<List<@Nullable Object>> others = storable(data.rows(random.nextInt(30)));
        Contract contract = new RandomContract(random, data).of(20, seed * 20);
        load(duck, "data", OF_DUCK, rows);
        load(duck, "other", OF_DUCK, others);
        load(pg, "data", OF_POSTGRESQL, rows);
        load(pg, "other", OF_POSTGRESQL, others);
        List<RuleResult> expected;
        try (FrameSource source = data.source(rows);
            FrameSource table = Frames.source(RandomData.REF, RandomData.FIELDS, others, 7);
            MemoryEngine memory =
                new MemoryEngine(
                    source,
                    Map.of("other", table),
                    SameAnswersIT::named,
                    MemoryBudget.standard())) {
          expected =
              Evaluation.of(contract, RuleKinds.standard(), memory, options, CallControl.NONE);
        }
        expected.forEach(result -> met.merge(result.judgement().status(), 1, Integer::sum));
        String named = "seed " + seed + ", ";
        reports(named + "DuckDB", expected, judged(duck, Dialect.DUCKDB, contract, options), wrong);
        reports(
            named + "PostgreSQL",
            expected,
            judged(pg, Dialect.POSTGRESQL, contract, options),
            wrong);
        Path file = folder.resolve(seed + ".parquet");
        Worker.execute(
            duck,
            "COPY (SELECT * EXCLUDE (wk_row) FROM data ORDER BY wk_row) TO '"
                + file
                + "' (FORMAT PARQUET)");
        DuckDbValidator validator =
            new DuckDbValidator(ref -> file, judge, new DuckDbCaps(512, 2, folder, 1_000));
        reports(
            named + "Parquet",
            expected,
            validator
                .validate(
                    contract, new DatasetRef(RandomData.REF.asset(), ""), options, CallControl.NONE)
                .results(),
            wrong);
      }
    }
    System.out.println("same reports: seeds " + SEEDS + ", rules " + met);
    assertThat(wrong).isEmpty();
    assertThat(met).containsKeys(Judgement.Status.PASSED, Judgement.Status.FAILED);
  }

  private static List<RuleResult> judged(
      Connection connection, Dialect dialect, Contract contract, Options options) throws Exception {
    try (Engine sql =
        new JdbcEngine(
            Jdbi.create(new OneConnection(connection)),
            source(connection, dialect),
            dialect == Dialect.DUCKDB ? new ChunkFrames() : new ResultSetFrames(dialect),
            SameAnswersIT::named,
            Duration.ZERO)) {
      return Evaluation.of(contract, RuleKinds.standard(), sql, options, CallControl.NONE);
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static void reports(
      String where, List<RuleResult> expected, List<RuleResult> found, List<String> wrong) {
    for (int i = 0; i < expected.size(); i++) {
      Rule rule = expected.get(i).rule();
      if (where.endsWith("Parquet") && asksOther(rule)) {
        // A file stands alone.
        continue;
      }
      Judgement right = expected.get(i).judgement();
      Judgement got = found.get(i).judgement();
      if (right.status() != got.status() || !same(measured(right), measured(got))) {
        wrong.add(
            "%s: %s%n  is %s %s %s%n  not %s %s %s"
                .formatted(
                    where,
                    rule,
                    got.status(),
                    measured(got),
                    got.reason(),
                    right.status(),
                    measured(right),
                    right.reason()));
      }
    }
  }

  private static boolean asksOther(Rule rule) {
    List<Expr> all = new ArrayList<>(rule.condition().stream().toList());
    if (rule.kind().equals(Rule.HOLDS)) {
      all.add(rule.terms().as(Terms.Holds.class).expr());
    } else if (rule.kind().equals(TableRules.ROWS_BETWEEN)) {
      all.add(rule.terms().as(TableTerms.RowsBetween.class).rows());
    }
    return Set.of(Rule.REFERS, TableRules.ROW_COUNT_EQUALS_TABLE).contains(rule.kind())
        || all.stream().anyMatch(expr -> ExprParts.has(expr, Expr.Refers.class::isInstance));
  }

  /** What was measured, as lists of values that compare. */
  private static List<Object> measured(Judgement judgement) {
    if (judgement.measured() instanceof Judgement.Rows rows) {
      List<Object> bad = new ArrayList<>();
      rows.sample().stream()
          .sorted(Comparator.comparingLong(row -> row.index().getAsLong()))
          .forEach(row -> bad.add(List.of(row.index().getAsLong(), row.values())));
      return List.of(
          rows.elements(),
          rows.considered(),
          rows.unexpected(),
          rows.shown(),
          rows.missing().name(),
          bad);
    }
    if (judgement.measured() instanceof Judgement.Observed observed) {
      return List.of(
          observed.value().map(SameAnswersIT::tree), observed.details().map(SameAnswersIT::tree));
    }
    return List.of();
  }

  private static Object tree(Json json) {
    return flat(json.as(Object.class));
  }

  private static Object flat(@Nullable Object value) {
    if (value instanceof Map<?, ?> members) {
      List<Object> all = new ArrayList<>();
      new TreeMap<>(members).forEach((key, each) -> all.add(List.of(key, flat(each))));
      return all;
    }
    if (value instanceof List<?> items) {
      return items.stream().map(SameAnswersIT::flat).toList();
    }
    // Whether a number has a point, and is written as text, is up to the type of the column.
    String text = String.valueOf(value);
    boolean number = value instanceof Number || text.matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    return number ? (Object) Double.valueOf(text) : text;
  }

  private static Map<String, RowTest> tests(RandomData data) {
    Map<String, RowTest> tests = new LinkedHashMap<>();
    for (int i = 0; i < 12; i++) {
      tests.put(
          "rule-" + i,
          new RowTest(
              data.expr(1), data.expr(1), data.expr(2), List.of(), RowTest.Missing.COUNTED));
    }
    return tests;
  }

  /** What SQL labels a row by is what memory labels it by. */
  private static void labels(
      Connection connection,
      Dialect dialect,
      Map<String, RowTest> tests,
      FrameSource rows,
      List<List<@Nullable Object>> others,
      int seed,
      List<String> wrong)
      throws Exception {
    SqlLabels labels = SqlLabels.of(source(connection, dialect), tests);
    Map<String, RowTest> exact = new LinkedHashMap<>();
    labels.rules().forEach(id -> exact.put(id, tests.get(id)));
    List<List<String>> expected = new ArrayList<>();
    new RowLabeller(
            rows,
            exact,
            Map.of("other", Frames.source(RandomData.REF, RandomData.FIELDS, others, 7)),
            SameAnswersIT::oddLength,
            MemoryBudget.standard())
        .label(
            labelled -> {
              for (int row = 0; row < labelled.frame().rows(); row++) {
                expected.add(labelled.brokenBy(row));
              }
            },
            CallControl.NONE);
    List<List<String>> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet all = statement.executeQuery(labels.select())) {
      while (all.next()) {
        List<String> broken = new ArrayList<>();
        for (Object place : (Object[]) all.getArray(labels.labels()).getArray()) {
          broken.add(labels.rules().get(((Number) place).intValue()));
        }
        found.add(broken);
      }
    } catch (SQLException e) {
      // PostgreSQL refuses doubles that become infinite; whoever labels asks memory then.
      assertThat(e.getSQLState()).as(labels.select()).isEqualTo("22003");
      return;
    }
    // Windows put rows out of their order, so each set of labels is only counted.
    Comparator<List<String>> order = Comparator.comparing(Object::toString);
    expected.sort(order);
    found.sort(order);
    if (!expected.equals(found)) {
      wrong.add(dialect + " seed " + seed + " labels " + found + ", not " + expected);
    }
  }

  @Test
  void every_engine_finds_the_same_patterns() throws Exception {
    List<String> texts = new ArrayList<>();
    Random random = new Random(7);
    List<String> bits =
        List.of(
            "a",
            "b",
            "A",
            "1",
            "9",
            "\u0663",
            "_",
            "-",
            ".",
            "@",
            " ",
            "\n",
            "\t",
            "\u00e9",
            "\ud83d\ude00",
            "[",
            "]",
            "\\",
            "'",
            "\u00a0",
            "\u2028",
            "$",
            "^",
            "ab",
            "x@y.de");
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(7); j > 0; j--) {
        text.append(bits.get(random.nextInt(bits.size())));
      }
      texts.add(text.toString());
    }
    List<String> patterns =
        new ArrayList<>(
            List.of(
                "^a",
                "b$",
                "^ab$",
                "a|b$",
                "[a-c1]+",
                "[^a]",
                "^[^@]+@[^@]+\\.[a-z]{2,}$",
                "\\d",
                "^\\w+$",
                "\\s",
                "\\S$",
                "\\W",
                "\\D{2}",
                ".",
                "^.$",
                "^.{3}$",
                "a.b",
                "(a|b){2,3}",
                "(?:ab)+?",
                "a{2}",
                "a{,2}b",
                "[\\]\\[]",
                "[\\w.-]+@",
                "\\.",
                "\\\\",
                "[\\\\]",
                "'",
                "\\$",
                "[$^]",
                "\\^",
                "\u00e9",
                "[\u00e0-\u00ff]",
                "^$",
                "a?b*$",
                "a\\Z",
                "\\bab",
                "(?i)ab",
                "(a)\\1",
                "[ -~]+$",
                "[^\\d\\s]",
                "\\n",
                "[\\n\\t]"));
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Connection pg = postgres.connect("postgres")) {
      for (Connection connection : List.of(duck, pg)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("CREATE TABLE texts (s varchar(50), wk_row bigint)");
        }
        try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO texts VALUES (?, 0)")) {
          for (String text : texts) {
            insert.setString(1, text);
            insert.addBatch();
          }
          insert.executeBatch();
        }
      }
      Fields fields = new Fields(List.of(new Field("s", Form.TEXT, "varchar")));
      Set<Metric> metrics = new LinkedHashSet<>();
      patterns.forEach(
          pattern -> metrics.add(new Metric.Count(new Expr.Matches(Operand.column("s"), pattern))));
      Answers expected;
      try (MemoryEngine memory =
          new MemoryEngine(
              Frames.source(RandomData.REF, fields, texts.stream().map(List::of).toList(), 100),
              Map.of(),
              SameAnswersIT::oddLength,
              MemoryBudget.standard())) {
        expected = memory.answer(metrics, CallControl.NONE);
      }
      List<String> wrong = new ArrayList<>();
      for (Dialect dialect : List.of(Dialect.DUCKDB, Dialect.POSTGRESQL)) {
        Connection connection = dialect == Dialect.DUCKDB ? duck : pg;
        SqlSource source =
            new SqlSource(dialect, fields, "texts", Optional.empty(), Stability.FOR_GOOD);
        FrameReader frames =
            dialect == Dialect.DUCKDB ? new ChunkFrames() : new ResultSetFrames(dialect);
        try (Engine sql =
            new JdbcEngine(
                Jdbi.create(new OneConnection(connection)),
                source,
                frames,
                SameAnswersIT::oddLength,
                Duration.ZERO)) {
          Answers found = sql.answer(metrics, CallControl.NONE);
          for (Metric metric : metrics) {
            if (!answer(metric, expected).equals(answer(metric, found))) {
              wrong.add(
                  dialect
                      + ": "
                      + metric
                      + " is "
                      + answer(metric, found)
                      + ", not "
                      + answer(metric, expected));
            }
          }
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  private static void compare(
      String engine,
      int seed,
      Connection connection,
      Dialect dialect,
      FrameReader frames,
      Set<Metric> metrics,
      Answers expected,
      List<String> wrong)
      throws Exception {
    SqlSource source = source(connection, dialect);
    Answers found;
    try (Engine sql =
        new JdbcEngine(
            Jdbi.create(new OneConnection(connection)),
            source,
            frames,
            SameAnswersIT::oddLength,
            Duration.ZERO)) {
      found = sql.answer(metrics, CallControl.NONE);
    }
    connection.setAutoCommit(true);
    for (Metric metric : metrics) {
      Object right = answer(metric, expected);
      Object got = answer(metric, found);
      if (!same(right, got)) {
        wrong.add("%s seed %s: %s is %s, not %s".formatted(engine, seed, metric, got, right));
      }
    }
  }

  private static Object answer(Metric metric, Answers answers) {
    if (answers.failure(metric).isPresent()) {
      return "failed: " + answers.failure(metric).get();
    }
    if (metric instanceof Metric.Count count) {
      return answers.count(count);
    }
    if (metric instanceof Metric.Distinct distinct) {
      return answers.count(distinct);
    }
    if (metric instanceof Metric.Aggregate aggregate) {
      return answers.value(aggregate);
    }
    if (metric instanceof Metric.Quantiles quantiles) {
      return answers.values(quantiles);
    }
    if (metric instanceof Metric.Histogram histogram) {
      return answers.bins(histogram);
    }
    if (metric instanceof Metric.ValueCounts counts) {
      List<Object> all = new ArrayList<>();
      answers.counts(counts).forEach(each -> all.addAll(List.of(each.value(), each.count())));
      return all;
    }
    return answers.rows((Metric.Sample) metric).stream()
        .map(row -> row.index().getAsLong())
        .sorted()
        .toList();
  }

  private static boolean same(Object right, Object got) {
    if (right instanceof Optional<?> a && got instanceof Optional<?> b) {
      return a.isPresent() == b.isPresent() && (a.isEmpty() || same(a.get(), b.get()));
    }
    if (right instanceof List<?> a && got instanceof List<?> b) {
      boolean all = a.size() == b.size();
      for (int i = 0; all && i < a.size(); i++) {
        all = same(a.get(i), b.get(i));
      }
      return all;
    }
    if (right instanceof String a && got instanceof String b) {
      // Why a metric fails is said in other words.
      return a.startsWith("failed") ? b.startsWith("failed") : a.stripTrailing().equals(b);
    }
    if (right instanceof BigDecimal a && got instanceof BigDecimal b) {
      return a.compareTo(b) == 0;
    }
    if (right instanceof Double a && got instanceof Double b) {
      return a.equals(b) || (double) a == b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
    }
    return right.equals(got);
  }

  private static Set<Metric> metrics(Random random, RandomData data) {
    Set<Metric> metrics = new LinkedHashSet<>();
    for (int i = 0; i < EXPRESSIONS; i++) {
      Expr expr = data.expr(3);
      metrics.add(new Metric.Count(expr));
      metrics.add(new Metric.Count(Expr.not(expr)));
      if (random.nextInt(4) == 0) {
        metrics.add(new Metric.Sample(expr, List.of("s"), Metric.ALL));
      }
    }
    List<String> names = RandomData.FIELDS.names();
    for (int i = 0; i < 25; i++) {
      String column = names.get(random.nextInt(names.size()));
      Form form = RandomData.FIELDS.the(column).form();
      Expr rows = random.nextBoolean() ? Expr.all() : data.expr(2);
      if (form == Form.FLOAT) {
        // Sums of what differs by 300 digits depend on their order.
        rows =
            Expr.all(
                rows,
                new Expr.Compare(
                    new Operand.Absolute(Operand.column(column)),
                    Expr.Comparison.LESS,
                    Operand.constant(1000)));
      }
      boolean number = form == Form.INTEGER || form == Form.DECIMAL || form == Form.FLOAT;
      // What is no number has no sum: memory says so only where there are values.
      switch (number ? random.nextInt(6) : random.nextBoolean() ? 2 : 4) {
        case 0, 1 -> {
          Metric.Fold[] folds = Metric.Fold.values();
          metrics.add(new Metric.Aggregate(folds[random.nextInt(folds.length)], column, rows));
        }
        case 2 -> metrics.add(new Metric.Distinct(List.of(column), rows));
        case 3 -> {
          Metric.Interpolation[] all = Metric.Interpolation.values();
          metrics.add(
              new Metric.Quantiles(
                  column,
                  List.of(0.0, 0.1, 0.5, random.nextDouble(), 1.0),
                  all[random.nextInt(all.length)],
                  rows));
        }
        case 4 -> metrics.add(new Metric.ValueCounts(column, rows, 5 + random.nextInt(10)));
        default ->
            metrics.add(
                new Metric.Histogram(
                    column, List.of(Double.NEGATIVE_INFINITY, -1.0, 0.0, 1.5, 1e18), rows));
      }
    }
    return metrics;
  }
}
