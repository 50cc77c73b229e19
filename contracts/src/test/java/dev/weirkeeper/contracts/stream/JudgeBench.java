package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TestRows;
import dev.weirkeeper.spi.RowJudge;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Row-checks per second of CPU time of each kind of rule, on one thread. Run by hand. */
final class JudgeBench {
  private static final int ROWS = 8192;
  private static final int ROUNDS = 9;
  private static final int BATCHES = 200;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private JudgeBench() {}

  public static void main(String[] arguments) {
    Relation relation =
        TestRows.relation(
            List.of("o_orderkey"),
            "o_orderkey int8",
            "o_custkey int8",
            "o_orderstatus bpchar",
            "o_totalprice numeric",
            "o_orderdate date",
            "o_clerk text",
            "o_weight float8",
            "o_stamp timestamp");
    RowBatch rows = rows(relation);
    Rule[] rules = {
      Rule.notNull("o_orderkey"),
      Rule.notNull("o_custkey"),
      Rule.between("o_orderkey", Range.atLeast(1)),
      Rule.inSet("o_orderstatus", "F", "O", "P"),
      Rule.between("o_totalprice", 0, 1_000_000),
      Rule.between("o_orderdate", "1992-01-01", "1998-12-31"),
      Rule.between("o_weight", 0, 1),
      Rule.between("o_stamp", Range.atLeast("1990-01-01")),
      Rule.lengthBetween("o_clerk", 5, 20),
      Rule.inSet("o_custkey", 1, 2, 3).whenUnknown(Rule.Answer.PASS).named("in-set-all-bad"),
      Rule.matches("o_clerk", "^Clerk#\\d{9}$"),
      Rule.unique("o_custkey")
    };
    Rule[] simple = Arrays.copyOf(rules, 9);
    for (Rule rule : rules) {
      measure(rule.id(), relation, rows, rule);
    }
    measure("nine simple rules", relation, rows, simple);
  }

  private static void measure(String name, Relation relation, RowBatch rows, Rule... rules) {
    RowJudge judge = Contracts.of(Contract.of("bench", "1", "public.t", rules)).on(relation);
    double[] perSecond = new double[ROUNDS];
    long bad = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < BATCHES; i++) {
        bad += judge.label(rows).badRows();
      }
      double seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
      perSecond[round] = (double) rows.rows() * BATCHES * rules.length / seconds / 1e6;
    }
    double[] measured = Arrays.copyOfRange(perSecond, 2, ROUNDS);
    Arrays.sort(measured);
    System.out.printf(
        "%-28s %8.1f M row-checks/s (median of %d, %.1f to %.1f), %d bad%n",
        name,
        measured[measured.length / 2],
        measured.length,
        measured[0],
        measured[measured.length - 1],
        bad / ROUNDS / BATCHES);
  }

  private static RowBatch rows(Relation relation) {
    Random random = new Random(7);
    TestRows rows = new TestRows(relation);
    for (int i = 0; i < ROWS - 1; i++) {
      rows.insert(
          String.valueOf(i + 1),
          String.valueOf(random.nextInt(150_000_000)),
          String.valueOf("FOP".charAt(random.nextInt(3))),
          BigDecimal.valueOf(random.nextInt(50_000_000), 2).toString(),
          "199"
              + (2 + random.nextInt(6))
              + "-0"
              + (1 + random.nextInt(9))
              + "-1"
              + random.nextInt(10),
          "Clerk#" + String.format("%09d", random.nextInt(1000)),
          String.valueOf(random.nextDouble()),
          "199" + random.nextInt(10) + "-01-02 12:34:5" + random.nextInt(10) + ".123456");
    }
    return rows.batch();
  }
}
