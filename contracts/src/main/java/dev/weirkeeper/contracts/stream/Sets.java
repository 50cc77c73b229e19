package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.MomentText;
import dev.weirkeeper.contracts.Moments;
import dev.weirkeeper.contracts.Numbers;
import dev.weirkeeper.contracts.stream.Check.ValueTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Compiles sets of literals into tests of slices. */
final class Sets {
  private Sets() {}

  /**
   * @throws IllegalArgumentException if values of this form cannot be compared with the members
   */
  static ValueTest compile(List<Literal> members, Form form) {
    if (!form.hasEquality()) {
      throw new IllegalArgumentException(
          "no equality is known for values of this column's type; write a pattern instead");
    }
    if (form == Form.FLOAT) {
      return OfDoubles.compile(members);
    }
    if (form.isMoment()) {
      return OfMoments.compile(members, form);
    }
    List<byte[]> bytes = new ArrayList<>();
    for (Literal member : members) {
      byte[] text = text(member, form).getBytes(StandardCharsets.UTF_8);
      bytes.add(Arrays.copyOf(text, form.significant(text, 0, text.length)));
    }
    return new OfBytes(new ByteSet(bytes), form);
  }

  /** The member in the text form that values have. */
  private static String text(Literal member, Form form) {
    if (form.isNumber() && member instanceof Literal.Numeric number) {
      return number.decimal().toPlainString();
    }
    if (form == Form.TRUTH && member instanceof Literal.Truth truth) {
      return truth.value() ? "t" : "f";
    }
    if (form == Form.UUID && member instanceof Literal.Text text) {
      return java.util.UUID.fromString(text.value()).toString().toLowerCase(Locale.ROOT);
    }
    if ((form.isText() || form == Form.EXACT) && member instanceof Literal.Text text) {
      return text.value();
    }
    throw notComparable(member);
  }

  private static IllegalArgumentException notComparable(Literal member) {
    return new IllegalArgumentException(
        "the member " + member + " is not of the column's type and would equal no value ever");
  }

  private record OfBytes(ByteSet members, Form form) implements ValueTest {
    @Override
    public boolean holds(byte[] data, int offset, int length) {
      int significant = form.significant(data, offset, length);
      if (form == Form.DECIMAL
          && significant == 2
          && data[offset] == '-'
          && data[offset + 1] == '0') {
        return members.contains(data, offset + 1, 1);
      }
      return members.contains(data, offset, significant);
    }
  }

  /** Sorted doubles; all digits of a value are read only if it lies close to a member. */
  private record OfDoubles(double[] members) implements ValueTest {
    static OfDoubles compile(List<Literal> members) {
      double[] sorted = new double[members.size()];
      for (int i = 0; i < sorted.length; i++) {
        if (!(members.get(i) instanceof Literal.Numeric number)) {
          throw notComparable(members.get(i));
        }
        // Adding zero makes -0.0 equal to 0.0 for the search too.
        sorted[i] = number.decimal().doubleValue() + 0.0;
      }
      Arrays.sort(sorted);
      return new OfDoubles(sorted);
    }

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      double near = Numbers.approximate(data, offset, length);
      if (!Double.isNaN(near)) {
        double margin = Math.abs(near) * 1e-13;
        int from = Arrays.binarySearch(members, near - margin);
        int at = from < 0 ? -from - 1 : from;
        if (at == members.length || members[at] > near + margin) {
          return false;
        }
      }
      double value = Numbers.float64(data, offset, length) + 0.0;
      return !Double.isNaN(value) && Arrays.binarySearch(members, value) >= 0;
    }
  }

  private record OfMoments(long[] members, Form form) implements ValueTest {
    static OfMoments compile(List<Literal> members, Form form) {
      long[] sorted = new long[members.size()];
      for (int i = 0; i < sorted.length; i++) {
        if (!(members.get(i) instanceof Literal.Text text)) {
          throw notComparable(members.get(i));
        }
        byte[] bytes = text.value().getBytes(StandardCharsets.UTF_8);
        sorted[i] = Ranges.moment(form, bytes, 0, bytes.length, Moments.Zone.OPTIONAL);
        if (sorted[i] == Moments.NONE) {
          throw MomentText.notReadable(text, form);
        }
      }
      Arrays.sort(sorted);
      return new OfMoments(sorted, form);
    }

    @Override
    public boolean holds(byte[] data, int offset, int length) {
      long value = Ranges.moment(form, data, offset, length, Moments.Zone.REQUIRED);
      return value != Moments.NONE && Arrays.binarySearch(members, value) >= 0;
    }
  }
}
