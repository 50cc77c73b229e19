package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Field;
import dev.weirkeeper.drift.taxonomy.TypeExpr.ListOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.MapOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds all places where two types differ and which rule speaks of each. Pure; used once. */
public final class TypeComparison {
  private final List<TypeDifference> found = new ArrayList<>();

  private TypeComparison() {}

  /** All differences, outermost first; none if the types are one. */
  public static List<TypeDifference> between(TypeExpr from, TypeExpr to) {
    TypeComparison comparison = new TypeComparison();
    comparison.compare("", List.of(), from, to);
    return List.copyOf(comparison.found);
  }

  private void compare(String path, List<String> around, TypeExpr from, TypeExpr to) {
    if (from.equals(to)) {
      return;
    }
    if (from instanceof Scalar before && to instanceof Scalar after) {
      ScalarChange.row(before, after).ifPresent(row -> add(path, row, around, from, to));
    } else if (from instanceof ListOf before && to instanceof ListOf after) {
      compare(path + "[]", within(around, "array-element"), before.element(), after.element());
    } else if (from instanceof MapOf before && to instanceof MapOf after) {
      compare(path + "{key}", within(around, "map-key"), before.key(), after.key());
      compare(path + "{value}", within(around, "map-value"), before.value(), after.value());
    } else if (from instanceof Struct before && to instanceof Struct after) {
      fields(path, around, before, after);
    } else if (from instanceof ListOf && to instanceof Scalar
        || from instanceof Scalar && to instanceof ListOf) {
      add(path, voidly(from, "scalar-array"), around, from, to);
    } else {
      add(path, voidly(from, "primitive-struct"), around, from, to);
    }
  }

  private static String voidly(TypeExpr from, String row) {
    return from instanceof Scalar scalar && scalar.family() == TypeExpr.Family.VOID
        ? "unknown-to-any"
        : row;
  }

  private void fields(String path, List<String> around, Struct before, Struct after) {
    boolean byId =
        before.fields().stream().allMatch(field -> field.id().isPresent())
            && after.fields().stream().allMatch(field -> field.id().isPresent());
    boolean added = false;
    boolean dropped = false;
    for (Field field : after.fields()) {
      String at = path + "." + field.name();
      Optional<Field> former = find(before, field, byId);
      if (former.isEmpty()) {
        added = true;
        add(
            at,
            field.nullability() == Nullability.REQUIRED ? "struct-add-required" : "struct-add",
            around,
            before,
            after);
        continue;
      }
      if (!former.get().name().equals(field.name())) {
        add(at, "struct-rename", around, former.get().type(), field.type());
      }
      if (former.get().nullability() != field.nullability()) {
        add(
            at,
            field.nullability() == Nullability.REQUIRED ? "tighten" : "relax",
            around,
            former.get().type(),
            field.type());
      }
      compare(at, within(around, "struct-widen"), former.get().type(), field.type());
    }
    for (Field field : before.fields()) {
      if (find(after, field, byId).isEmpty()) {
        dropped = true;
        add(path + "." + field.name(), "struct-drop", around, before, after);
      }
    }
    if (added && dropped && !byId) {
      add(path, "struct-ambiguous", around, before, after);
    }
  }

  private static Optional<Field> find(Struct struct, Field field, boolean byId) {
    return struct.fields().stream()
        .filter(other -> byId ? other.id().equals(field.id()) : other.name().equals(field.name()))
        .findFirst();
  }

  private static List<String> within(List<String> around, String row) {
    List<String> more = new ArrayList<>(around);
    more.add(row);
    return more;
  }

  private void add(String path, String row, List<String> around, TypeExpr from, TypeExpr to) {
    found.add(new TypeDifference(path, row, around, from, to));
  }
}
