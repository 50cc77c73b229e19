package dev.weirkeeper.drift;

import dev.weirkeeper.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Types as a test writes them: {@code numeric(10,2)}, {@code enum:sad,ok}. */
final class Types {
  private Types() {}

  static Type type(String text) {
    boolean array = text.endsWith("[]");
    String element = array ? text.substring(0, text.length() - 2) : text;
    String suffix = array ? "[]" : "";
    if (element.startsWith("enum:")) {
      return mood(suffix, element.substring(5).split(","));
    }
    int open = element.indexOf('(');
    if (open < 0) {
      return Type.of(element + suffix);
    }
    Integer[] args =
        Arrays.stream(element.substring(open + 1, element.length() - 1).split(","))
            .map(Integer::valueOf)
            .toArray(Integer[]::new);
    return Type.of(element.substring(0, open) + suffix, args);
  }

  /** An enum whose label ids are made from its label names. */
  static Type mood(String suffix, String... labels) {
    return new Type(
        "public.mood" + suffix,
        List.of(),
        Arrays.stream(labels).map(name -> new Type.Label("e-" + name, name)).toList());
  }

  static Type labelled(String... idsAndNames) {
    return new Type(
        "public.mood",
        List.of(),
        IntStream.range(0, idsAndNames.length / 2)
            .mapToObj(i -> new Type.Label(idsAndNames[2 * i], idsAndNames[2 * i + 1]))
            .toList());
  }
}
