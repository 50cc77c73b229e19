package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.contracts.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How often each bad value occurs among those that were fetched, the most common ones first. */
final class UnexpectedCounts {
  /** Whether values that are missing count as one. */
  enum Nulls {
    /** NaN of pandas, which equals nothing. */
    APART,
    TOGETHER
  }

  private record Counted(JsonNode value, int count) {}

  /** Great Expectations leaves the counts out where it cannot sort the values. */
  private static final class NotComparable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotComparable() {
      super("not comparable", null, false, false);
    }
  }

  private final Mode mode;
  private final Nulls nulls;

  private UnexpectedCounts(Mode mode, Nulls nulls) {
    this.mode = mode;
    this.nulls = nulls;
  }

  /** Empty where Great Expectations has none. */
  static Optional<ArrayNode> of(List<JsonNode> values, int most, Mode mode, Nulls nulls) {
    return new UnexpectedCounts(mode, nulls).count(values, most);
  }

  private Optional<ArrayNode> count(List<JsonNode> values, int most) {
    Map<Object, Counted> counts = new LinkedHashMap<>();
    for (JsonNode value : values) {
      Object key = nulls == Nulls.APART && hasNull(value) ? new Object() : key(value);
      counts.merge(key, new Counted(value, 1), (a, b) -> new Counted(a.value(), a.count() + 1));
    }
    List<Counted> common = new ArrayList<>(counts.values());
    common.sort(Comparator.comparingInt(Counted::count).reversed());
    common = new ArrayList<>(common.subList(0, Math.min(most, common.size())));
    try {
      sort(common);
    } catch (NotComparable e) {
      return Optional.empty();
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Counted counted : common) {
      ObjectNode entry = list.addObject();
      entry.set("value", counted.value());
      entry.put("count", counted.count());
    }
    return Optional.of(list);
  }

  /** In Python, 0.0 and -0.0 are one value. */
  private static JsonNode key(JsonNode value) {
    return value.isDouble() && value.doubleValue() == 0
        ? JsonNodeFactory.instance.numberNode(0.0)
        : value;
  }

  private static boolean hasNull(JsonNode value) {
    if (value.isArray()) {
      for (JsonNode part : value) {
        if (part.isNull()) {
          return true;
        }
      }
    }
    return value.isNull();
  }

  /**
   * By binary insertion, as Python sorts short lists: with NaN, which is neither less nor greater,
   * the outcome depends on the method.
   */
  private void sort(List<Counted> list) {
    int sorted = run(list);
    for (int i = sorted; i < list.size(); i++) {
      Counted pivot = list.remove(i);
      int left = 0;
      int right = i;
      while (left < right) {
        int middle = (left + right) >>> 1;
        if (less(pivot, list.get(middle))) {
          right = middle;
        } else {
          left = middle + 1;
        }
      }
      list.add(left, pivot);
    }
  }

  /** How many stand in order from the start; those that fall strictly are turned first. */
  private int run(List<Counted> list) {
    if (list.size() < 2) {
      return list.size();
    }
    int end = 2;
    if (less(list.get(1), list.get(0))) {
      while (end < list.size() && less(list.get(end), list.get(end - 1))) {
        end++;
      }
      Collections.reverse(list.subList(0, end));
    } else {
      while (end < list.size() && !less(list.get(end), list.get(end - 1))) {
        end++;
      }
    }
    return end;
  }

  private boolean less(Counted a, Counted b) {
    return a.count() != b.count() ? a.count() > b.count() : less(a.value(), b.value());
  }

  private boolean less(JsonNode a, JsonNode b) {
    if (a.isArray() && b.isArray()) {
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        if (!same(a.get(i), b.get(i))) {
          return less(a.get(i), b.get(i));
        }
      }
      return a.size() < b.size();
    }
    if (a.isNull() || b.isNull()) {
      if (mode == Mode.GX_PANDAS) {
        return false;
      }
      if (mode == Mode.STRICT) {
        return a.isNull() && !b.isNull();
      }
      throw new NotComparable();
    }
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue()) < 0;
    }
    if (a.isTextual() && b.isTextual()) {
      return compare(a.textValue(), b.textValue()) < 0;
    }
    if (a.isBoolean() && b.isBoolean()) {
      return !a.booleanValue() && b.booleanValue();
    }
    if (mode == Mode.STRICT) {
      return a.getNodeType().compareTo(b.getNodeType()) < 0;
    }
    throw new NotComparable();
  }

  /** By code point. */
  private static int compare(String a, String b) {
    int[] left = a.codePoints().toArray();
    int[] right = b.codePoints().toArray();
    return Arrays.compare(left, right);
  }

  private boolean same(JsonNode a, JsonNode b) {
    if (a.isNull() && b.isNull()) {
      return nulls == Nulls.TOGETHER;
    }
    return a.isNumber() && b.isNumber()
        ? a.decimalValue().compareTo(b.decimalValue()) == 0
        : a.equals(b);
  }
}
