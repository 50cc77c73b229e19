package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.expression.Alias;
import net.sf.jsqlparser.expression.AnalyticExpression;
import net.sf.jsqlparser.expression.AnalyticType;
import net.sf.jsqlparser.expression.AnyComparisonExpression;
import net.sf.jsqlparser.expression.AnyType;
import net.sf.jsqlparser.expression.BooleanValue;
import net.sf.jsqlparser.expression.CaseExpression;
import net.sf.jsqlparser.expression.CastExpression;
import net.sf.jsqlparser.expression.DateTimeLiteralExpression;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.ExtractExpression;
import net.sf.jsqlparser.expression.FilterOverImpl;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.expression.IntervalExpression;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.NotExpression;
import net.sf.jsqlparser.expression.NullValue;
import net.sf.jsqlparser.expression.OrderByClause;
import net.sf.jsqlparser.expression.PartitionByClause;
import net.sf.jsqlparser.expression.RowConstructor;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import net.sf.jsqlparser.expression.TimeKeyExpression;
import net.sf.jsqlparser.expression.TrimFunction;
import net.sf.jsqlparser.expression.WhenClause;
import net.sf.jsqlparser.expression.WindowDefinition;
import net.sf.jsqlparser.expression.WindowElement;
import net.sf.jsqlparser.expression.WindowOffset;
import net.sf.jsqlparser.expression.WindowRange;
import net.sf.jsqlparser.expression.operators.arithmetic.Addition;
import net.sf.jsqlparser.expression.operators.arithmetic.Concat;
import net.sf.jsqlparser.expression.operators.arithmetic.Division;
import net.sf.jsqlparser.expression.operators.arithmetic.IntegerDivision;
import net.sf.jsqlparser.expression.operators.arithmetic.Modulo;
import net.sf.jsqlparser.expression.operators.arithmetic.Multiplication;
import net.sf.jsqlparser.expression.operators.arithmetic.Subtraction;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.conditional.OrExpression;
import net.sf.jsqlparser.expression.operators.relational.Between;
import net.sf.jsqlparser.expression.operators.relational.EqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ExistsExpression;
import net.sf.jsqlparser.expression.operators.relational.ExpressionList;
import net.sf.jsqlparser.expression.operators.relational.GreaterThan;
import net.sf.jsqlparser.expression.operators.relational.GreaterThanEquals;
import net.sf.jsqlparser.expression.operators.relational.InExpression;
import net.sf.jsqlparser.expression.operators.relational.IsBooleanExpression;
import net.sf.jsqlparser.expression.operators.relational.IsDistinctExpression;
import net.sf.jsqlparser.expression.operators.relational.IsNullExpression;
import net.sf.jsqlparser.expression.operators.relational.LikeExpression;
import net.sf.jsqlparser.expression.operators.relational.MinorThan;
import net.sf.jsqlparser.expression.operators.relational.MinorThanEquals;
import net.sf.jsqlparser.expression.operators.relational.NotEqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.expression.operators.relational.RegExpMatchOperator;
import net.sf.jsqlparser.expression.operators.relational.RegExpMatchOperatorType;
import net.sf.jsqlparser.expression.operators.relational.SimilarToExpression;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.parser.SimpleNode;
import net.sf.jsqlparser.parser.Token;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.create.table.ColDataType;
import net.sf.jsqlparser.statement.select.AllColumns;
import net.sf.jsqlparser.statement.select.AllTableColumns;
import net.sf.jsqlparser.statement.select.Distinct;
import net.sf.jsqlparser.statement.select.ExceptOp;
import net.sf.jsqlparser.statement.select.Fetch;
import net.sf.jsqlparser.statement.select.GroupByElement;
import net.sf.jsqlparser.statement.select.IntersectOp;
import net.sf.jsqlparser.statement.select.Join;
import net.sf.jsqlparser.statement.select.LateralSubSelect;
import net.sf.jsqlparser.statement.select.Limit;
import net.sf.jsqlparser.statement.select.Offset;
import net.sf.jsqlparser.statement.select.OrderByElement;
import net.sf.jsqlparser.statement.select.ParenthesedFromItem;
import net.sf.jsqlparser.statement.select.ParenthesedSelect;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.SelectItem;
import net.sf.jsqlparser.statement.select.SetOperationList;
import net.sf.jsqlparser.statement.select.UnionOp;
import net.sf.jsqlparser.statement.select.WithItem;
import org.jspecify.annotations.Nullable;

/**
 * Lets a contract's SQL through only if it is one SELECT that reads tables and does nothing else.
 *
 * <p>What is not known to be harmless is refused: every part of the parsed statement, every
 * function and every type must be on a list here. Tables are plain names; files, catalogs and table
 * functions are no tables. Text that parsers might take apart differently is refused before it is
 * parsed: comments, semicolons, dollar quotes, prefixed and escaped strings, parameters. {@link
 * #tidied} removes comments and a final semicolon beforehand.
 *
 * <p>{@code {batch}} stands for the data set, where a table would.
 */
public final class SelectCheck {
  /** What stands for the data set. */
  public static final String BATCH = "{batch}";

  private static final String BATCH_NAME = "weirkeeper_batch_placeholder";
  private static final int LONGEST = 20_000;
  private static final int DEEPEST = 24;
  private static final int PARSE_MILLIS = 4_000;

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  /** Databases that look into files take a table of such a name for a file. */
  private static final Pattern FILE_ENDING =
      Pattern.compile(
          "csv|tsv|txt|parquet|json|jsonl|ndjson|geojson|gz|zst|bz2|zip|xls|xlsx|db|duckdb|sqlite"
              + "|arrow|feather|avro|orc|shp|lance|vortex|delta|iceberg|ipc");

  private static final Pattern CATALOG =
      Pattern.compile("(pg|duckdb|sqlite|pragma|information|sys|mysql|performance|svv|stl|stv)_.*");

  private static final Pattern OTHER_CATALOG = Pattern.compile("sys|mysql|system");

  private static final Set<Class<?>> PARTS =
      Set.of(
          // A SELECT and what it is made of.
          PlainSelect.class,
          ParenthesedSelect.class,
          LateralSubSelect.class,
          ParenthesedFromItem.class,
          SetOperationList.class,
          SetOperationList.SetOperationType.class,
          UnionOp.class,
          IntersectOp.class,
          ExceptOp.class,
          WithItem.class,
          SelectItem.class,
          AllColumns.class,
          AllTableColumns.class,
          Distinct.class,
          Join.class,
          GroupByElement.class,
          OrderByElement.class,
          OrderByElement.NullOrdering.class,
          Limit.class,
          Offset.class,
          Fetch.class,
          Alias.class,
          Alias.AliasColumn.class,
          Table.class,
          Column.class,
          // Values.
          LongValue.class,
          DoubleValue.class,
          StringValue.class,
          BooleanValue.class,
          NullValue.class,
          DateTimeLiteralExpression.class,
          DateTimeLiteralExpression.DateTime.class,
          TimeKeyExpression.class,
          IntervalExpression.class,
          // Operators.
          SignedExpression.class,
          NotExpression.class,
          AndExpression.class,
          OrExpression.class,
          EqualsTo.class,
          NotEqualsTo.class,
          GreaterThan.class,
          GreaterThanEquals.class,
          MinorThan.class,
          MinorThanEquals.class,
          Between.class,
          InExpression.class,
          IsNullExpression.class,
          IsBooleanExpression.class,
          IsDistinctExpression.class,
          ExistsExpression.class,
          AnyComparisonExpression.class,
          AnyType.class,
          LikeExpression.class,
          LikeExpression.KeyWord.class,
          SimilarToExpression.class,
          RegExpMatchOperator.class,
          RegExpMatchOperatorType.class,
          Addition.class,
          Subtraction.class,
          Multiplication.class,
          Division.class,
          IntegerDivision.class,
          Modulo.class,
          Concat.class,
          // Expressions.
          CaseExpression.class,
          WhenClause.class,
          CastExpression.class,
          ColDataType.class,
          ExtractExpression.class,
          TrimFunction.class,
          TrimFunction.TrimSpecification.class,
          Function.class,
          Function.NullHandling.class,
          AnalyticExpression.class,
          AnalyticType.class,
          FilterOverImpl.class,
          WindowDefinition.class,
          WindowElement.class,
          WindowElement.Type.class,
          WindowOffset.class,
          WindowOffset.Type.class,
          WindowRange.class,
          PartitionByClause.class,
          OrderByClause.class,
          ExpressionList.class,
          ParenthesedExpressionList.class,
          RowConstructor.class);

  /** Functions of their arguments alone, or of the clock, whose answer is no larger than these. */
  private static final Set<String> FUNCTIONS =
      words(
          // Aggregates.
          "count sum avg mean min max median mode stddev stddev_pop stddev_samp variance var_pop",
          "var_samp corr covar_pop covar_samp regr_slope regr_intercept regr_r2 skewness kurtosis",
          "percentile_cont percentile_disc quantile quantile_cont quantile_disc bool_and bool_or",
          "every countif count_if approx_count_distinct any_value arg_min arg_max entropy",
          // Over windows.
          "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value",
          "nth_value",
          // Choice and NULL.
          "coalesce nullif ifnull nvl isnull greatest least if iff",
          // Numbers.
          "abs ceil ceiling floor round trunc truncate mod sign sqrt cbrt power pow exp ln log",
          "log10 log2 isnan isinf isfinite sin cos tan asin acos atan atan2 degrees radians pi gcd",
          "lcm",
          // Text.
          "lower upper trim ltrim rtrim btrim length len char_length character_length octet_length",
          "bit_length substring substr left right position strpos instr replace translate concat",
          "concat_ws reverse starts_with ends_with contains prefix suffix split_part initcap ascii",
          "chr md5 sha256 regexp_like regexp_matches regexp_full_match regexp_replace",
          "regexp_substr regexp_extract regexp_count regexp_instr levenshtein",
          // Time.
          "date_trunc date_part date_diff datediff date_add dateadd date_sub age year quarter month",
          "week day hour minute second dayofweek dayofmonth dayofyear weekofyear isodow epoch",
          "make_date make_timestamp to_date to_timestamp to_char last_day date timestamp strftime",
          "strptime try_strptime now current_date current_timestamp localtimestamp",
          // JSON and lists, read only.
          "json_valid json_type json_extract json_extract_string json_array_length",
          "json_typeof jsonb_typeof jsonb_array_length cardinality array_length list_contains",
          "array_contains typeof");

  private static final Set<String> TYPES =
      words(
          "bool boolean tinyint smallint int integer bigint hugeint int2 int4 int8 int16 int32",
          "int64 utinyint usmallint uinteger ubigint signed unsigned number numeric decimal dec",
          "real float float4 float8 float64 double char character varchar nvarchar bpchar text",
          "string date time timetz timestamp timestamptz timestamp_s timestamp_ms timestamp_ns",
          "datetime interval uuid json jsonb");

  private static final Set<String> TYPE_WORDS =
      words("precision varying with without time zone local");

  private static Set<String> words(String... lines) {
    return Set.of(String.join(" ", lines).split(" "));
  }

  private final Set<String> tables = new TreeSet<>();
  private final Set<String> named = new HashSet<>();

  private SelectCheck() {}

  /**
   * Checks an SQL text.
   *
   * @return names of the tables that it reads, {@link #BATCH} among them if it reads the data set
   * @throws IllegalArgumentException if it is anything but one SELECT that only reads tables; says
   *     what is refused
   */
  public static Set<String> check(String select) {
    String plain = plainText(requireNonNull(select, "select"));
    Statement statement = parsed(plain);
    if (!(statement instanceof PlainSelect
        || statement instanceof SetOperationList
        || statement instanceof ParenthesedSelect)) {
      throw refused("it is no SELECT");
    }
    SelectCheck check = new SelectCheck();
    check.walk(statement);
    check.tables.removeIf(name -> check.named.contains(name.toLowerCase(Locale.ROOT)));
    return Collections.unmodifiableSet(check.tables);
  }

  /**
   * The text without comments, a semicolon at its end, and space around it. Its meaning is the
   * same; whether it is harmless is for {@link #check} to say.
   */
  public static String tidied(String sql) {
    StringBuilder tidy = new StringBuilder();
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '\'' || c == '"') {
        int end = sql.indexOf(c, at + 1);
        end = end < 0 ? sql.length() : end + 1;
        tidy.append(sql, at, end);
        at = end;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end;
        tidy.append(' ');
      } else if (sql.startsWith("/*", at) && simpleComment(sql, at)) {
        at = sql.indexOf("*/", at) + 2;
        tidy.append(' ');
      } else {
        tidy.append(c);
        at++;
      }
    }
    String text = tidy.toString().strip();
    while (text.endsWith(";")) {
      text = text.substring(0, text.length() - 1).strip();
    }
    return text;
  }

  /** Neither a hint, nor code for some database, nor one in which another begins. */
  private static boolean simpleComment(String sql, int at) {
    int end = sql.indexOf("*/", at + 2);
    return end > 0
        && !sql.startsWith("/*+", at)
        && !sql.startsWith("/*!", at)
        && !sql.substring(at + 2, end).contains("/*");
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(
        "This SQL is refused: "
            + why
            + "; a contract's SQL is one SELECT that only reads tables, or "
            + BATCH);
  }

  /**
   * The text with a plain name for the data set, without anything on whose boundaries two parsers
   * may differ.
   */
  private static String plainText(String sql) {
    if (sql.length() > LONGEST) {
      throw refused("it is longer than " + LONGEST + " characters");
    }
    StringBuilder plain = new StringBuilder();
    int depth = 0;
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (sql.startsWith(BATCH, at)) {
        plain.append(' ').append(BATCH_NAME).append(' ');
        at += BATCH.length();
        continue;
      }
      if (c == '\'' || c == '"') {
        int end = quoted(sql, at);
        plain.append(sql, at, end);
        at = end;
        continue;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth > DEEPEST) {
        throw refused("parentheses nest deeper than " + DEEPEST + " levels");
      }
      at += outside(sql, at, plain);
    }
    return plain.toString();
  }

  /** Takes over what stands outside of quotes; answers how many characters. */
  private static int outside(String sql, int at, StringBuilder plain) {
    char c = sql.charAt(at);
    if (sql.startsWith("--", at) || sql.startsWith("/*", at)) {
      throw refused("it has a comment");
    }
    if (sql.startsWith("::", at)) {
      plain.append("::");
      return 2;
    }
    if (c == ';') {
      throw refused("it has a semicolon");
    }
    boolean known =
        (c < 128 && Character.isLetterOrDigit(c))
            || c == '\n'
            || c == '\r'
            || c == '\t'
            || " _.,()*+-/%<>=!|~".indexOf(c) >= 0;
    if (!known) {
      throw refused(
          "it has the character U+%04X outside of quotes".formatted((int) c)
              + (c == '{' ? ", which is not " + BATCH : ""));
    }
    plain.append(c);
    return 1;
  }

  /** Where quotes that open here end. */
  private static int quoted(String sql, int from) {
    char quote = sql.charAt(from);
    if (from > 0
        && (Character.isLetterOrDigit(sql.charAt(from - 1))
            || "_&".indexOf(sql.charAt(from - 1)) >= 0)) {
      throw refused("quotes follow a letter, as in E'…'");
    }
    int at = from + 1;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (c == '\\' && at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
        throw refused("a backslash stands before a quote");
      }
      if (c == '\0' || sql.startsWith(BATCH, at)) {
        throw refused("there is a NUL or " + BATCH + " within quotes");
      }
      if (c == quote) {
        if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
          at++;
        } else {
          return at + 1;
        }
      }
      at++;
    }
    throw refused("quotes are not closed");
  }

  private static Statement parsed(String sql) {
    // The parser can take long over a text that is made for it, so it gets a thread to be stopped.
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, "weirkeeper-select-check");
              made.setDaemon(true);
              return made;
            });
    try {
      return CCJSqlParserUtil.parse(sql, thread, SelectCheck::limited);
    } catch (JSQLParserException e) {
      throw refused("it cannot be parsed");
    } finally {
      thread.shutdownNow();
    }
  }

  private static void limited(CCJSqlParser parser) {
    parser.withTimeOut(PARSE_MILLIS);
  }

  /** Refuses every part that is not on the list, wherever the parser hangs it. */
  private void walk(Object root) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Object part = open.pop();
      if (!seen.add(part) || isText(part)) {
        continue;
      }
      if (part instanceof Collection<?> several && !(part instanceof ExpressionList)) {
        several.stream().filter(one -> one != null).forEach(open::push);
        continue;
      }
      if (!PARTS.contains(part.getClass())) {
        throw refused("it has a part that is not allowed: " + kind(part));
      }
      inspect(part);
      if (part instanceof ExpressionList<?> list) {
        list.forEach(open::push);
      } else if (!(part instanceof Enum)) {
        inner(part, open);
      }
    }
  }

  private static boolean isText(Object part) {
    return part instanceof CharSequence
        || part instanceof Number
        || part instanceof Boolean
        || part instanceof Character;
  }

  private static String kind(Object part) {
    return part.getClass().getSimpleName();
  }

  private static void inner(Object part, Deque<Object> open) {
    for (Class<?> type = part.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        boolean place = field.getType() == SimpleNode.class || field.getType() == Token.class;
        boolean name = part instanceof Column || part instanceof AllTableColumns;
        if (Modifier.isStatic(field.getModifiers())
            || place
            || (name && field.getType() == Table.class)) {
          continue;
        }
        Object value = valueOf(field, part);
        if (value instanceof Object[] many) {
          Arrays.stream(many).filter(one -> one != null).forEach(open::push);
        } else if (value != null) {
          open.push(value);
        }
      }
    }
  }

  private static @Nullable Object valueOf(Field field, Object part) {
    try {
      field.setAccessible(true);
      return field.get(part);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("The parser's " + field + " cannot be read", e);
    }
  }

  private void inspect(Object part) {
    if (part instanceof Table table) {
      table(table);
    } else if (part instanceof Column column) {
      column(column);
    } else if (part instanceof AllTableColumns all) {
      qualifier(all.getTable());
    } else if (part instanceof Function function) {
      function(function);
    } else if (part instanceof AnalyticExpression function) {
      functionName(function.getName());
    } else if (part instanceof ColDataType type) {
      type(type);
    } else if (part instanceof CastExpression cast) {
      if (!Set.of("CAST", "TRY_CAST", "").contains(keyword(cast))) {
        throw refused("it casts in a way that is not allowed");
      }
    } else if (part instanceof StringValue text && text.getPrefix() != null) {
      throw refused("it has a string with a prefix");
    } else if (part instanceof WithItem<?> with) {
      with(with);
    } else if (part instanceof PlainSelect select) {
      plainSelect(select);
    }
  }

  private static String keyword(CastExpression cast) {
    return cast.keyword == null ? "" : cast.keyword.toUpperCase(Locale.ROOT);
  }

  private void table(Table table) {
    String written = table.getFullyQualifiedName();
    if (written.equals(BATCH_NAME)) {
      tables.add(BATCH);
      return;
    }
    List<String> parts = table.getNameParts();
    if (parts.size() > 3 || parts.contains(null)) {
      throw refused("a table's name has too many or empty parts");
    }
    for (String part : parts) {
      String name = unquoted(part);
      String low = name.toLowerCase(Locale.ROOT);
      if (!PLAIN.matcher(name).matches() || low.equals(BATCH_NAME)) {
        throw refused("a table's name is no plain name, as a file's or a host's would not be");
      }
      if (CATALOG.matcher(low).matches() || OTHER_CATALOG.matcher(low).matches()) {
        throw refused("it reads the catalog of a database");
      }
    }
    // The parser keeps the parts from the last one.
    String last = unquoted(parts.get(0)).toLowerCase(Locale.ROOT);
    if (parts.size() > 1 && FILE_ENDING.matcher(last).matches()) {
      throw refused("a table's name ends like a file's");
    }
    tables.add(written);
  }

  private static String unquoted(String name) {
    return name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
        ? name.substring(1, name.length() - 1)
        : name;
  }

  private static void column(Column column) {
    String name = column.getColumnName().toLowerCase(Locale.ROOT);
    if (name.equals(BATCH_NAME)) {
      throw refused(BATCH + " stands where no table can");
    }
    if (column.getTable() != null) {
      qualifier(column.getTable());
      if (name.equals("nextval") || name.equals("currval")) {
        throw refused("it advances a sequence");
      }
    }
  }

  private static void qualifier(Table table) {
    if (table.getFullyQualifiedName().contains(BATCH_NAME)) {
      throw refused(BATCH + " stands where no table can; give it an alias");
    }
  }

  private static void function(Function function) {
    List<String> parts = function.getMultipartName();
    if (parts.size() != 1) {
      throw refused("a function is called by a name of several parts");
    }
    functionName(parts.get(0));
    if (function.getKeep() != null || function.getAttribute() != null || function.isEscaped()) {
      throw refused("a function is called in a way that is not allowed");
    }
  }

  private static void functionName(String name) {
    if (!FUNCTIONS.contains(name.toLowerCase(Locale.ROOT))) {
      throw refused(
          PLAIN.matcher(name).matches()
              ? "the function " + name + " is not on the list of harmless ones"
              : "a function's name is no plain name");
    }
  }

  private static void type(ColDataType type) {
    String name = type.getDataType().toLowerCase(Locale.ROOT).replaceAll("\\([0-9, ]*\\)", " ");
    String[] words = name.strip().split("\\s+");
    boolean rest = Arrays.stream(words).skip(1).allMatch(TYPE_WORDS::contains);
    if (!TYPES.contains(words[0]) || !rest) {
      throw refused("it casts to a type that is not on the list");
    }
  }

  private void with(WithItem<?> with) {
    String name = with.getUnquotedAliasName();
    if (with.isRecursive() || !PLAIN.matcher(name).matches() || name.equals(BATCH_NAME)) {
      throw refused("a WITH is recursive or has no plain name");
    }
    named.add(name.toLowerCase(Locale.ROOT));
  }

  private static void plainSelect(PlainSelect select) {
    if (select.getIntoTables() != null
        || select.getIntoTempTable() != null
        || select.getForUpdateTable() != null
        || select.getForXmlPath() != null
        || select.isSkipLocked()
        || select.isNoWait()
        || select.isEmitChanges()) {
      throw refused("it writes INTO a table, locks rows or asks for a special form");
    }
  }
}
