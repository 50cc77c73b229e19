package dev.weirkeeper.contracts.memory;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.MetricException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Says of each row which rules it breaks, so that a gate can part good rows from bad ones. Every
 * row is labelled exactly once, in the order of the data, and a label is final: a question about
 * copies of rows is answered by a pass over the data before the one that labels.
 *
 * <p>A row breaks a rule if it is one that the rule {@linkplain RowTest#applies applies} to, is
 * considered, and is bad: each of the three TRUE. How many bad rows a rule puts up with is for the
 * caller to say. Confined to one thread.
 *
 * <pre>{@code
 * new RowLabeller(source, tests, Map.of(), valueTests, MemoryBudget.standard())
 *     .label(labelled -> publish(labelled), control);
 * }</pre>
 */
public final class RowLabeller {
  private final Passes passes;
  private final Graph graph;
  private final List<String> rules = new ArrayList<>();
  private final List<Node> bad = new ArrayList<>();

  /** Takes in labelled rows, frame by frame. */
  @FunctionalInterface
  public interface Sink {
    /**
     * @throws IOException ends the labelling
     */
    void take(Labelled labelled) throws IOException;
  }

  /**
   * A frame with its labels.
   *
   * @param first rows of the data before it
   * @param rules ids of all rules that were asked, in their order
   * @param broken for each rule, the rows that break it: row {@code r} is bit {@code r & 63} of
   *     word {@code r >> 6}
   * @param bad rows that break a rule, likewise
   */
  public record Labelled(
      Frame frame, long first, List<String> rules, List<long[]> broken, long[] bad) {
    public Labelled {
      requireNonNull(frame, "frame");
      rules = List.copyOf(rules);
      broken = List.copyOf(broken);
      requireNonNull(bad, "bad");
    }

    public boolean isBad(int row) {
      return Bits.has(bad, row);
    }

    /** How many rows break a rule. */
    public int badRows() {
      return (int) Bits.count(bad, bad.length);
    }

    /** Ids of the rules that the row breaks, in their order. */
    public List<String> brokenBy(int row) {
      if (!isBad(row)) {
        return List.of();
      }
      List<String> ids = new ArrayList<>();
      for (int rule = 0; rule < broken.size(); rule++) {
        if (Bits.has(broken.get(rule), row)) {
          ids.add(rules.get(rule));
        }
      }
      return List.copyOf(ids);
    }
  }

  /**
   * @param tests what each rule asks of a row, by the rule's id, in the order of the contract
   * @param tables other tables by their names, for rules that refer to them
   * @param valueTests as for {@link MemoryEngine}
   * @throws MetricException if a rule cannot be asked of this data; names it
   */
  public RowLabeller(
      FrameSource source,
      Map<String, RowTest> tests,
      Map<String, FrameSource> tables,
      BiFunction<String, Json, ValueTest> valueTests,
      MemoryBudget budget) {
    this.passes = new Passes(source);
    this.graph = new Graph(source.fields(), budget.seededBy(source.ref()), tables, valueTests);
    new LinkedHashMap<>(tests)
        .forEach(
            (id, test) -> {
              rules.add(id);
              bad.add(node(id, test));
            });
  }

  private Node node(String id, RowTest test) {
    try {
      return graph.node(Expr.all(test.applies(), test.considered(), test.bad()));
    } catch (IllegalArgumentException | UnansweredException e) {
      throw unanswered(id, String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      throw unanswered(id, "it nests too deeply; write it flatter");
    }
  }

  private static MetricException unanswered(String id, String reason) {
    return new MetricException("Rule " + id + " cannot be judged: " + reason);
  }

  /**
   * Labels all rows.
   *
   * @return how many rows there were
   * @throws IOException if the data cannot be read, or the sink fails
   * @throws MetricException if a rule cannot be judged; what the sink took until then is not all
   * @throws java.util.concurrent.CancellationException if nobody waits for it any more
   */
  public long label(Sink sink, CallControl control) throws IOException {
    graph.loadReferences(control);
    int level = bad.stream().mapToInt(Node::level).max().orElse(0);
    passes.gather(bad, level, new Passes.Progress(control, "rows compared with each other"));
    long[] rows = {0};
    passes.read(
        new Passes.Progress(control, "rows labelled"),
        List.of(),
        batch -> {
          rows[0] += batch.rows();
          sink.take(labelled(batch));
          return true;
        });
    return rows[0];
  }

  private Labelled labelled(Batch batch) {
    List<long[]> broken = new ArrayList<>(bad.size());
    long[] any = new long[batch.words()];
    for (int rule = 0; rule < bad.size(); rule++) {
      long[] words = broken(rule, batch);
      broken.add(words);
      for (int word = 0; word < any.length; word++) {
        any[word] |= words[word];
      }
    }
    return new Labelled(batch.frame(), batch.first(), rules, broken, any);
  }

  private long[] broken(int rule, Batch batch) {
    try {
      return Arrays.copyOf(bad.get(rule).yes(batch), batch.words());
    } catch (UnansweredException e) {
      throw unanswered(rules.get(rule), e.reason());
    }
  }
}
