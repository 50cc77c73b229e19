package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.TextSearch;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.memory.Interval.Bound;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Compiles expressions into a graph in which equal parts are one node, so that each is evaluated
 * once for each frame whichever rules ask.
 */
final class Graph {
  private final Fields fields;
  private final MemoryBudget budget;
  private final Map<String, FrameSource> tables;
  private final BiFunction<String, Json, ValueTest> tests;
  private final Map<Expr, Node> nodes = new HashMap<>();
  private final Map<Operand, Value> values = new HashMap<>();
  private final Map<Node, References> references = new LinkedHashMap<>();

  Graph(
      Fields fields,
      MemoryBudget budget,
      Map<String, FrameSource> tables,
      BiFunction<String, Json, ValueTest> tests) {
    this.fields = fields;
    this.budget = budget;
    this.tables = Map.copyOf(tables);
    this.tests = tests;
  }

  /**
   * @throws IllegalArgumentException if it cannot be answered on these columns; says why
   */
  Node node(Expr expr) {
    Node known = nodes.get(expr);
    if (known == null) {
      known = compile(expr);
      nodes.put(expr, known);
    }
    return known;
  }

  /** Reads the tables that are referred to. One that cannot be read fails what needs it. */
  void loadReferences(CallControl control) {
    references.forEach(
        (node, keys) -> {
          try {
            keys.load(control);
          } catch (IOException e) {
            node.fail(new UnansweredException("A table referred to cannot be read: " + e));
          } catch (UnansweredException e) {
            node.fail(e);
          }
        });
    references.clear();
  }

  private Node compile(Expr expr) {
    if (expr instanceof Expr.Always always) {
      return new Node(new LogicTests.Always(always.answer()), List.of());
    }
    if (expr instanceof Expr.Compare compare) {
      return compare(compare);
    }
    if (expr instanceof Expr.In in) {
      return new Node(new MemberTest(value(in.value()), in.members()), List.of());
    }
    if (expr instanceof Expr.IsNull isNull) {
      return new Node(new LogicTests.IsNull(value(isNull.value())), List.of());
    }
    if (expr instanceof Expr.IsMissing isMissing) {
      return new Node(new LogicTests.IsMissing(value(isMissing.value())), List.of());
    }
    if (expr instanceof Expr.Same same) {
      if (same.left() instanceof Operand.Constant || same.right() instanceof Operand.Constant) {
        // A constant is never NULL.
        return node(new Expr.IsTrue(new Expr.Compare(same.left(), Comparison.EQUAL, same.right())));
      }
      return new Node(
          new PairTest(
              value(same.left()), Comparison.EQUAL, value(same.right()), PairTest.Nulls.A_VALUE),
          List.of());
    }
    if (expr instanceof Expr.Matches matches) {
      return new Node(
          new TextTests.Matches(text(matches.value()), new TextSearch(matches.regex())), List.of());
    }
    if (expr instanceof Expr.Like like) {
      return new Node(
          new TextTests.Like(text(like.value()), new LikePattern(like.pattern())), List.of());
    }
    if (expr instanceof Expr.Passes passes) {
      return new Node(
          new TextTests.Passes(value(passes.value()), tests.apply(passes.test(), passes.terms())),
          List.of());
    }
    return compileLogic(expr);
  }

  private Node compileLogic(Expr expr) {
    if (expr instanceof Expr.Not not) {
      Node of = node(not.of());
      return new Node(new LogicTests.Not(of), List.of(of));
    }
    if (expr instanceof Expr.And and) {
      List<Node> parts = conjunction(and.parts());
      return parts.size() == 1 ? parts.get(0) : new Node(new LogicTests.And(parts), parts);
    }
    if (expr instanceof Expr.Or or) {
      List<Node> parts = or.parts().stream().map(this::node).toList();
      return new Node(new LogicTests.Or(parts), parts);
    }
    if (expr instanceof Expr.IsTrue isTrue) {
      Node of = node(isTrue.of());
      return new Node(new LogicTests.IsTrue(of), List.of(of));
    }
    if (expr instanceof Expr.Repeated repeated) {
      Node within = node(repeated.within());
      return new Node(
          new CrossRowTests.Repeated(columns(repeated.columns()), repeated.nulls(), within, budget),
          List.of(within));
    }
    if (expr instanceof Expr.OutOfOrder order) {
      Node within = node(order.within());
      return new Node(
          new CrossRowTests.OutOfOrder(
              column(order.column()), order.direction(), order.strictness(), within),
          List.of(within));
    }
    return refers((Expr.Refers) expr);
  }

  private Node refers(Expr.Refers refers) {
    FrameSource table =
        Optional.ofNullable(tables.get(refers.table()))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The memory engine was given no table '"
                            + refers.table()
                            + "'; give it one or use an engine of a database"));
    List<Form> forms = refers.columns().stream().map(name -> fields.the(name).form()).toList();
    References keys = new References(forms, table, refers.keys(), budget);
    Node node = new Node(new CrossRowTests.Refers(columns(refers.columns()), keys), List.of());
    references.put(node, keys);
    return node;
  }

  private Node compare(Expr.Compare compare) {
    Optional<Bounded> bounded = bounded(compare);
    if (bounded.isEmpty()) {
      return new Node(
          new PairTest(
              value(compare.left()), compare.how(), value(compare.right()), PairTest.Nulls.UNKNOWN),
          List.of());
    }
    if (compare.how() == Comparison.NOT_EQUAL) {
      return node(Expr.not(new Expr.Compare(compare.left(), Comparison.EQUAL, compare.right())));
    }
    return range(bounded.get().operand(), List.of(bounded.get().bound()));
  }

  private Node range(Operand operand, List<Bound> bounds) {
    return new Node(new RangeTest(value(operand), bounds), List.of());
  }

  /** An operand that is compared with a constant. */
  private record Bounded(Operand operand, Bound bound) {}

  private static Optional<Bounded> bounded(Expr expr) {
    if (!(expr instanceof Expr.Compare compare)) {
      return Optional.empty();
    }
    boolean constantLeft = compare.left() instanceof Operand.Constant;
    if (compare.right() instanceof Operand.Constant constant && !constantLeft) {
      return Optional.of(new Bounded(compare.left(), new Bound(compare.how(), constant.value())));
    }
    if (compare.left() instanceof Operand.Constant constant
        && !(compare.right() instanceof Operand.Constant)) {
      return Optional.of(
          new Bounded(compare.right(), new Bound(compare.how().turned(), constant.value())));
    }
    return Optional.empty();
  }

  /** Comparisons of one value with constants become one look at it. */
  private List<Node> conjunction(List<Expr> parts) {
    Map<Operand, List<Bound>> ranges = new LinkedHashMap<>();
    List<Node> conjunction = new ArrayList<>();
    for (Expr part : parts) {
      Optional<Bounded> bounded =
          bounded(part).filter(found -> found.bound().how() != Comparison.NOT_EQUAL);
      if (bounded.isPresent()) {
        ranges
            .computeIfAbsent(bounded.get().operand(), operand -> new ArrayList<>())
            .add(bounded.get().bound());
      } else {
        conjunction.add(node(part));
      }
    }
    ranges.forEach((operand, bounds) -> conjunction.add(range(operand, bounds)));
    return List.copyOf(conjunction);
  }

  Value column(String name) {
    return value(Operand.column(name));
  }

  List<Value> columns(List<String> names) {
    return names.stream().map(this::column).toList();
  }

  private Value text(Operand operand) {
    return value(operand instanceof Operand.PythonText ? operand : new Operand.PythonText(operand));
  }

  private Value value(Operand operand) {
    Value known = values.get(operand);
    if (known == null) {
      known = compile(operand);
      values.put(operand, known);
    }
    return known;
  }

  private Value compile(Operand operand) {
    if (operand instanceof Operand.Column column) {
      fields.the(column.name());
      int index = fields.names().indexOf(column.name());
      return new Value(batch -> batch.column(index));
    }
    if (operand instanceof Operand.Constant constant) {
      return new Value(batch -> Arithmetic.constant(constant.value(), batch.rows()));
    }
    if (operand instanceof Operand.Length length) {
      Value of = value(length.of());
      return new Value(batch -> Arithmetic.length(of.in(batch), batch.rows()));
    }
    if (operand instanceof Operand.PythonText text) {
      Value of = value(text.of());
      return new Value(batch -> Arithmetic.text(of.in(batch), batch.rows()));
    }
    if (operand instanceof Operand.Sum sum) {
      List<Value> parts = sum.parts().stream().map(this::value).toList();
      return new Value(batch -> Arithmetic.sum(CrossRowTests.columns(parts, batch), batch.rows()));
    }
    if (operand instanceof Operand.Minus minus) {
      Value left = value(minus.left());
      Value right = value(minus.right());
      return new Value(batch -> Arithmetic.minus(left.in(batch), right.in(batch), batch.rows()));
    }
    if (operand instanceof Operand.Over over) {
      Value left = value(over.left());
      Value right = value(over.right());
      return new Value(batch -> Arithmetic.over(left.in(batch), right.in(batch), batch.rows()));
    }
    Value of = value(((Operand.Absolute) operand).of());
    return new Value(batch -> Arithmetic.absolute(of.in(batch), batch.rows()));
  }
}
