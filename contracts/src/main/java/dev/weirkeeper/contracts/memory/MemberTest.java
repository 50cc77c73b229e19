package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.memory.Interval.Bound;
import dev.weirkeeper.contracts.memory.Interval.OfDoubles;
import dev.weirkeeper.contracts.memory.Interval.OfLongs;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Whether a value is a member of a set of constants; the set is made once for each type. */
final class MemberTest implements Test {
  private final Value value;
  private final List<Literal> members;
  private final Lazy<LongSet> longs = new Lazy<>(() -> wholes(Interval::longs));
  private final Lazy<LongSet> micros = new Lazy<>(() -> wholes(Interval::micros));
  private final Lazy<LongSet> days = new Lazy<>(() -> wholes(Interval::days));
  private final Lazy<double[]> doubles = new Lazy<>(this::sortedDoubles);
  private final Lazy<TextSet> texts = new Lazy<>(() -> new TextSet(textMembers()));
  private final Lazy<Set<BigDecimal>> decimals = new Lazy<>(this::decimalMembers);
  private final Lazy<Set<Boolean>> truths = new Lazy<>(this::truthMembers);

  MemberTest(Value value, List<Literal> members) {
    this.value = value;
    this.members = List.copyOf(members);
  }

  @Override
  public void fill(Batch batch, long[] yes, long[] no) {
    Column column = value.in(batch);
    if (members.isEmpty() || column.isAllNull(batch.rows())) {
      Arrays.fill(yes, 0, batch.words(), 0);
    } else {
      search(column, batch.rows(), yes);
    }
    Scan.settle(batch, column, yes, no);
  }

  private void search(Column column, int rows, long[] yes) {
    if (column.vec() instanceof Vec.Longs vec) {
      longs.get().scan(vec.values(), rows, yes);
    } else if (column.vec() instanceof Vec.Micros vec) {
      micros.get().scan(vec.values(), rows, yes);
    } else if (column.vec() instanceof Vec.Days vec) {
      LongSet set = days.get();
      Scan.each(column, rows, row -> set.contains(vec.values()[row]), yes);
    } else if (column.vec() instanceof Vec.Doubles vec) {
      search(vec.values(), rows, doubles.get(), yes);
    } else if (column.vec() instanceof Vec.Texts vec) {
      texts.get().scan(vec.values(), rows, yes);
    } else if (column.vec() instanceof Vec.Decimals vec) {
      Set<BigDecimal> set = decimals.get();
      Scan.each(column, rows, row -> set.contains(canonical(vec.values()[row])), yes);
    } else {
      Set<Boolean> set = truths.get();
      boolean[] values = ((Vec.Truths) column.vec()).values();
      Scan.each(column, rows, row -> set.contains(values[row]), yes);
    }
  }

  /** The members that such a column can hold, by what equality with each of them comes to. */
  private LongSet wholes(Function<List<Bound>, OfLongs> equality) {
    return new LongSet(
        members.stream()
            .map(member -> equality.apply(List.of(new Bound(Comparison.EQUAL, member))))
            .filter(interval -> !interval.isEmpty())
            .mapToLong(OfLongs::lo)
            .toArray());
  }

  private double[] sortedDoubles() {
    return members.stream()
        .map(member -> Interval.doubles(List.of(new Bound(Comparison.EQUAL, member))))
        .filter(interval -> interval.lo() == interval.hi())
        .mapToDouble(OfDoubles::lo)
        .map(member -> member + 0.0)
        .sorted()
        .toArray();
  }

  private static void search(double[] values, int rows, double[] sorted, long[] yes) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        // Adding zero makes -0.0 equal to 0.0 for the search too.
        found |= (Arrays.binarySearch(sorted, values[row] + 0.0) >= 0 ? 1L : 0L) << row;
      }
      yes[word] = found;
    }
  }

  private List<String> textMembers() {
    List<String> found = new ArrayList<>();
    for (Literal member : members) {
      if (!(member instanceof Literal.Text text)) {
        throw Interval.notComparable(member, "text");
      }
      found.add(text.value());
    }
    return found;
  }

  private Set<BigDecimal> decimalMembers() {
    Set<BigDecimal> found = new HashSet<>();
    members.forEach(member -> found.add(canonical(Interval.number(member))));
    return found;
  }

  private Set<Boolean> truthMembers() {
    Set<Boolean> found = new HashSet<>();
    for (Literal member : members) {
      if (!(member instanceof Literal.Truth truth)) {
        throw Interval.notComparable(member, "booleans");
      }
      found.add(truth.value());
    }
    return found;
  }

  /** Equal numbers have equal forms. */
  static BigDecimal canonical(BigDecimal number) {
    return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
  }
}
