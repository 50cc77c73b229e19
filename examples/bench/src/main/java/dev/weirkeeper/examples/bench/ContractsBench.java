package dev.weirkeeper.examples.bench;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * The memory engine against loops that a person would write for the same rules over the same
 * arrays: one that asks a row all questions, and one that asks a column each question. The ratio is
 * to the quicker of the two. Everything runs on one thread, whose time on a core is measured: what
 * else the machine does then hardly counts.
 */
final class ContractsBench {
  private static final int FRAME = 8192;
  private static final int WARM_UP = 4;
  private static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("id", Form.INTEGER, "bigint"),
              new Field("customer", Form.INTEGER, "bigint"),
              new Field("quantity", Form.INTEGER, "bigint"),
              new Field("kind", Form.INTEGER, "bigint"),
              new Field("price", Form.FLOAT, "double"),
              new Field("list_price", Form.FLOAT, "double"),
              new Field("status", Form.TEXT, "text"),
              new Field("name", Form.TEXT, "text"),
              new Field("ordered", Form.TIMESTAMP, "timestamp"),
              new Field("shipped", Form.TIMESTAMP, "timestamp")));
  private static final String[] STATUSES = {"new", "paid", "sent", "done", "returned"};
  private static final long[] KINDS = {1, 2, 3, 5, 8, 13, 21, 34};
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int RULES = 10;
  private static final int VARIANTS = 5;
  private static final Range.Edge[] EDGES = {Range.Edge.INCLUSIVE, Range.Edge.EXCLUSIVE};
  private static final String[][] THERE = {
    {"id", "customer"},
    {"price", "name"},
    {"status", "list_price"},
    {"quantity", "ordered"},
    {"kind", "shipped"}
  };

  private final List<Frame> frames;
  private final int rows;

  private ContractsBench(int rows) {
    this.rows = rows;
    this.frames = frames(rows);
  }

  static void measure(int rounds, int rows, PrintStream out) throws IOException {
    ContractsBench bench = new ContractsBench(rows);
    bench.compare(1, rounds, out);
    bench.compare(VARIANTS, rounds, out);
  }

  /** Ten rules, as often as asked for, none of them twice. */
  private static Contract contract(int times) {
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      List<Rule> ten =
          List.of(
              Rule.notNull(THERE[i][0]),
              Rule.notNull(THERE[i][1]),
              Rule.between("quantity", 1, 100 + i),
              Rule.between("customer", 0, 1_000_000 + i),
              Rule.between("price", 0.0, 1000.5 + i),
              Rule.inSet("kind", Arrays.stream(kinds(i)).boxed().toArray()),
              Rule.inSet("status", (Object[]) statuses(i)),
              Rule.lengthBetween("name", 1, 24 + i),
              i > 1
                  ? Rule.between("list_price", 0.0, 1200.5 + i)
                  : Rule.pairGreater("list_price", "price", EDGES[i], Terms.PairIgnore.EITHER),
              i > 1
                  ? Rule.between("id", 0, 1_000_000_000 + i)
                  : Rule.pairGreater("shipped", "ordered", EDGES[i], Terms.PairIgnore.EITHER));
      for (Rule rule : ten) {
        rules.add(rule.named("r" + rules.size()));
      }
    }
    return new Contract("orders", "1", "orders", rules);
  }

  private static long[] kinds(int variant) {
    long[] kinds = Arrays.copyOf(KINDS, KINDS.length + 1);
    kinds[KINDS.length] = 50L + variant;
    return kinds;
  }

  private static String[] statuses(int variant) {
    String[] statuses = Arrays.copyOf(STATUSES, STATUSES.length + 1);
    statuses[STATUSES.length] = "extra" + variant;
    return statuses;
  }

  private void compare(int times, int rounds, PrintStream out) throws IOException {
    Contract contract = contract(times);
    List<Double> ratios = new ArrayList<>();
    List<Double> engineSeconds = new ArrayList<>();
    List<Double> handSeconds = new ArrayList<>();
    for (int round = -WARM_UP; round < rounds; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      long[] byRow = loopByRow(times);
      double row = secondsSince(start);
      start = THREADS.getCurrentThreadCpuTime();
      long[] judged = engine(contract);
      double engine = secondsSince(start);
      start = THREADS.getCurrentThreadCpuTime();
      long[] byColumn = loopByColumn(times);
      double column = secondsSince(start);
      if (!Arrays.equals(byRow, judged) || !Arrays.equals(byRow, byColumn)) {
        throw new IllegalStateException(
            "The engine and the loops do not count the same: "
                + Arrays.toString(judged)
                + Arrays.toString(byRow)
                + Arrays.toString(byColumn));
      }
      if (round >= 0) {
        double hand = Math.min(row, column);
        ratios.add(hand / engine);
        engineSeconds.add(engine);
        handSeconds.add(hand);
      }
    }
    int rules = RULES * times;
    double engine = median(engineSeconds);
    Bench.print(out, "contracts, memory, " + rules + " rules: rate / loop by hand", ratios);
    out.printf(
        Locale.ROOT,
        "  engine %.1f M rows/s, %.0f M row-checks/s; by hand %.1f M rows/s, %.0f M"
            + " row-checks/s; one core, %d rows%n",
        rows / engine / 1e6,
        (double) rows * rules / engine / 1e6,
        rows / median(handSeconds) / 1e6,
        (double) rows * rules / median(handSeconds) / 1e6,
        rows);
  }

  private static double secondsSince(long start) {
    return (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted().toList().get(figures.size() / 2);
  }

  /** Bad rows of each rule, as the engine counts them. */
  private long[] engine(Contract contract) throws IOException {
    DatasetRef ref = new DatasetRef(new Asset("bench", "orders"), "1");
    try (FrameSource source = FrameSource.of(ref, FIELDS, frames);
        MemoryEngine engine = new MemoryEngine(source)) {
      List<RuleResult> results =
          Evaluation.of(contract, RuleKinds.standard(), engine, Options.DEFAULT, CallControl.NONE);
      return results.stream().mapToLong(ContractsBench::unexpected).toArray();
    }
  }

  private static long unexpected(RuleResult result) {
    if (result.judgement().measured() instanceof Judgement.Rows measured) {
      return measured.unexpected();
    }
    throw new IllegalStateException(result.rule().id() + ": " + result.judgement());
  }

  private static boolean absent(long[] nulls, int row) {
    return nulls.length > 0 && (nulls[row >> 6] & (1L << row)) != 0;
  }

  private static boolean isKind(long kind, long extra) {
    return kind == 1
        || kind == 2
        || kind == 3
        || kind == 5
        || kind == 8
        || kind == 13
        || kind == 21
        || kind == 34
        || kind == extra;
  }

  /** The columns of a frame under their names. */
  private static final class Orders {
    final long[] id;
    final long[] idNulls;
    final long[] customer;
    final long[] customerNulls;
    final long[] quantity;
    final long[] quantityNulls;
    final long[] kind;
    final long[] kindNulls;
    final double[] price;
    final double[] listPrice;
    final long[] priceNulls;
    final long[] listPriceNulls;
    final String[] status;
    final String[] name;
    final long[] ordered;
    final long[] shipped;
    final long[] orderedNulls;
    final long[] shippedNulls;

    Orders(Frame frame) {
      List<Vec> columns = frame.columns();
      id = ((Vec.Longs) columns.get(0)).values();
      idNulls = ((Vec.Longs) columns.get(0)).nulls();
      customer = ((Vec.Longs) columns.get(1)).values();
      customerNulls = ((Vec.Longs) columns.get(1)).nulls();
      quantity = ((Vec.Longs) columns.get(2)).values();
      quantityNulls = ((Vec.Longs) columns.get(2)).nulls();
      kind = ((Vec.Longs) columns.get(3)).values();
      kindNulls = ((Vec.Longs) columns.get(3)).nulls();
      price = ((Vec.Doubles) columns.get(4)).values();
      priceNulls = ((Vec.Doubles) columns.get(4)).nulls();
      listPrice = ((Vec.Doubles) columns.get(5)).values();
      listPriceNulls = ((Vec.Doubles) columns.get(5)).nulls();
      status = ((Vec.Texts) columns.get(6)).values();
      name = ((Vec.Texts) columns.get(7)).values();
      ordered = ((Vec.Micros) columns.get(8)).values();
      orderedNulls = ((Vec.Micros) columns.get(8)).nulls();
      shipped = ((Vec.Micros) columns.get(9)).values();
      shippedNulls = ((Vec.Micros) columns.get(9)).nulls();
    }

    /** Of the first column that a variant requires, if it has such words. */
    long[] firstNulls(int i) {
      return i == 0 ? idNulls : i == 1 ? priceNulls : i == 3 ? quantityNulls : kindNulls;
    }

    long[] secondNulls(int i) {
      return i == 0
          ? customerNulls
          : i == 2 ? listPriceNulls : i == 3 ? orderedNulls : shippedNulls;
    }
  }

  private long[] loopByRow(int times) {
    long[] bad = new long[RULES * times];
    for (Frame frame : frames) {
      Orders orders = new Orders(frame);
      for (int i = 0; i < times; i++) {
        byRow(orders, frame.rows(), i, bad);
      }
    }
    return bad;
  }

  private static void byRow(Orders o, int rows, int i, long[] bad) {
    Set<String> statuses = Set.of(statuses(i));
    long[] first = o.firstNulls(i);
    long[] second = o.secondNulls(i);
    int b0 = 0;
    int b1 = 0;
    int b2 = 0;
    int b3 = 0;
    int b4 = 0;
    int b5 = 0;
    int b6 = 0;
    int b7 = 0;
    int b8 = 0;
    int b9 = 0;
    for (int row = 0; row < rows; row++) {
      if (i == 2 ? o.status[row] == null : absent(first, row)) {
        b0++;
      }
      if (i == 1 ? o.name[row] == null : absent(second, row)) {
        b1++;
      }
      if (!absent(o.quantityNulls, row) && (o.quantity[row] < 1 || o.quantity[row] > 100 + i)) {
        b2++;
      }
      if (!absent(o.customerNulls, row)
          && (o.customer[row] < 0 || o.customer[row] > 1_000_000 + i)) {
        b3++;
      }
      if (!absent(o.priceNulls, row) && !(o.price[row] >= 0 && o.price[row] <= 1000.5 + i)) {
        b4++;
      }
      if (!absent(o.kindNulls, row) && !isKind(o.kind[row], 50 + i)) {
        b5++;
      }
      String status = o.status[row];
      if (status != null && !statuses.contains(status)) {
        b6++;
      }
      String name = o.name[row];
      if (name != null) {
        int length = name.codePointCount(0, name.length());
        if (length < 1 || length > 24 + i) {
          b7++;
        }
      }
      if (i > 1) {
        if (!absent(o.listPriceNulls, row)
            && !(o.listPrice[row] >= 0 && o.listPrice[row] <= 1200.5 + i)) {
          b8++;
        }
        if (!absent(o.idNulls, row) && (o.id[row] < 0 || o.id[row] > 1_000_000_000 + i)) {
          b9++;
        }
        continue;
      }
      if (!absent(o.priceNulls, row)
          && !absent(o.listPriceNulls, row)
          && (i == 0 ? !(o.listPrice[row] >= o.price[row]) : !(o.listPrice[row] > o.price[row]))) {
        b8++;
      }
      if (!absent(o.orderedNulls, row)
          && !absent(o.shippedNulls, row)
          && (i == 0 ? o.shipped[row] < o.ordered[row] : o.shipped[row] <= o.ordered[row])) {
        b9++;
      }
    }
    int[] found = {b0, b1, b2, b3, b4, b5, b6, b7, b8, b9};
    for (int rule = 0; rule < RULES; rule++) {
      bad[i * RULES + rule] += found[rule];
    }
  }

  private long[] loopByColumn(int times) {
    long[] bad = new long[RULES * times];
    for (Frame frame : frames) {
      Orders orders = new Orders(frame);
      for (int i = 0; i < times; i++) {
        byColumn(orders, frame.rows(), i, bad);
      }
    }
    return bad;
  }

  private static void byColumn(Orders o, int rows, int i, long[] bad) {
    int at = i * RULES;
    bad[at] += i == 2 ? nulls(o.status, rows) : nulls(o.firstNulls(i), rows);
    bad[at + 1] += i == 1 ? nulls(o.name, rows) : nulls(o.secondNulls(i), rows);
    bad[at + 2] += outside(o.quantity, o.quantityNulls, rows, 1, 100 + i);
    bad[at + 3] += outside(o.customer, o.customerNulls, rows, 0, 1_000_000 + i);
    bad[at + 4] += outside(o.price, o.priceNulls, rows, 0, 1000.5 + i);
    bad[at + 5] += otherKinds(o.kind, o.kindNulls, rows, 50 + i);
    bad[at + 6] += others(o.status, rows, Set.of(statuses(i)));
    bad[at + 7] += lengths(o.name, rows, 1, 24 + i);
    if (i > 1) {
      bad[at + 8] += outside(o.listPrice, o.listPriceNulls, rows, 0, 1200.5 + i);
      bad[at + 9] += outside(o.id, o.idNulls, rows, 0, 1_000_000_000 + i);
    } else {
      bad[at + 8] += notAbove(i, o.listPrice, o.price, o.listPriceNulls, o.priceNulls, rows);
      bad[at + 9] += notAbove(i, o.shipped, o.ordered, o.shippedNulls, o.orderedNulls, rows);
    }
  }

  private static int nulls(long[] nulls, int rows) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (absent(nulls, row)) {
        bad++;
      }
    }
    return bad;
  }

  private static int nulls(String[] values, int rows) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (values[row] == null) {
        bad++;
      }
    }
    return bad;
  }

  private static int outside(long[] values, long[] nulls, int rows, long lo, long hi) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (!absent(nulls, row) && (values[row] < lo || values[row] > hi)) {
        bad++;
      }
    }
    return bad;
  }

  private static int outside(double[] values, long[] nulls, int rows, double lo, double hi) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (!absent(nulls, row) && !(values[row] >= lo && values[row] <= hi)) {
        bad++;
      }
    }
    return bad;
  }

  private static int otherKinds(long[] values, long[] nulls, int rows, long extra) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (!absent(nulls, row) && !isKind(values[row], extra)) {
        bad++;
      }
    }
    return bad;
  }

  private static int others(String[] values, int rows, Set<String> members) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (values[row] != null && !members.contains(values[row])) {
        bad++;
      }
    }
    return bad;
  }

  private static int lengths(String[] values, int rows, int lo, int hi) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      String value = values[row];
      if (value != null) {
        int length = value.codePointCount(0, value.length());
        if (length < lo || length > hi) {
          bad++;
        }
      }
    }
    return bad;
  }

  private static int notAbove(int i, double[] a, double[] b, long[] noA, long[] noB, int rows) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (!absent(noA, row)
          && !absent(noB, row)
          && (i == 0 ? !(a[row] >= b[row]) : !(a[row] > b[row]))) {
        bad++;
      }
    }
    return bad;
  }

  private static int notAbove(int i, long[] a, long[] b, long[] noA, long[] noB, int rows) {
    int bad = 0;
    for (int row = 0; row < rows; row++) {
      if (!absent(noA, row) && !absent(noB, row) && (i == 0 ? a[row] < b[row] : a[row] <= b[row])) {
        bad++;
      }
    }
    return bad;
  }

  private static List<Frame> frames(int rows) {
    Random random = new Random(5);
    List<Frame> frames = new ArrayList<>();
    for (int first = 0; first < rows; first += FRAME) {
      frames.add(frame(random, first, Math.min(FRAME, rows - first)));
    }
    return frames;
  }

  /** Two in a hundred values that may be NULL are; two in a thousand rows break a rule or two. */
  private static Frame frame(Random random, int first, int rows) {
    long[] id = new long[rows];
    long[] customer = new long[rows];
    long[] quantity = new long[rows];
    long[] kind = new long[rows];
    double[] price = new double[rows];
    double[] listPrice = new double[rows];
    String[] status = new String[rows];
    String[] name = new String[rows];
    long[] ordered = new long[rows];
    long[] shipped = new long[rows];
    long[] none = {};
    long[] noPrice = new long[(rows + 63) / 64];
    long[] notShipped = new long[(rows + 63) / 64];
    for (int row = 0; row < rows; row++) {
      boolean bad = random.nextInt(500) == 0;
      id[row] = (long) first + row;
      customer[row] = bad ? -1 : random.nextInt(1_000_000);
      quantity[row] = bad && random.nextBoolean() ? 0 : 1 + random.nextInt(100);
      kind[row] = bad && random.nextBoolean() ? 4 : KINDS[random.nextInt(KINDS.length)];
      price[row] = bad && random.nextBoolean() ? -1 : random.nextDouble() * 1000;
      listPrice[row] = price[row] * (bad && random.nextBoolean() ? 0.5 : 1.2);
      status[row] =
          bad && random.nextBoolean() ? "lost" : STATUSES[random.nextInt(STATUSES.length)];
      name[row] =
          random.nextInt(50) == 0
              ? null
              : bad && random.nextBoolean() ? "" : "customer " + random.nextInt(1_000_000);
      ordered[row] = 1_700_000_000_000_000L + random.nextInt();
      shipped[row] = ordered[row] + (bad && random.nextBoolean() ? -5 : random.nextInt(1 << 30));
      if (random.nextInt(50) == 0) {
        noPrice[row >> 6] |= 1L << row;
      }
      if (random.nextInt(50) == 0) {
        notShipped[row >> 6] |= 1L << row;
      }
    }
    return new Frame(
        FIELDS,
        rows,
        List.of(
            new Vec.Longs(id, none),
            new Vec.Longs(customer, none),
            new Vec.Longs(quantity, none),
            new Vec.Longs(kind, none),
            new Vec.Doubles(price, noPrice),
            new Vec.Doubles(listPrice, noPrice),
            new Vec.Texts(status),
            new Vec.Texts(name),
            new Vec.Micros(ordered, none, Vec.Micros.Zone.LOCAL),
            new Vec.Micros(shipped, notShipped, Vec.Micros.Zone.LOCAL)));
  }
}
