package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.taxonomy.RenameAnnotations;
import dev.weirkeeper.drift.taxonomy.RenameEvidence.Declared;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Renames that a schema's text declares, as a comparison takes them. */
final class DeclaredInText {
  private final Map<ObjectName, ObjectName> former = new HashMap<>();
  private final List<Declared> all;

  private DeclaredInText(List<Declared> all) {
    this.all = all;
    for (Declared each : all) {
      if (each.kind().equals("table") || each.kind().equals("enum")) {
        former.putIfAbsent(
            new ObjectName(each.scope(), each.to()), new ObjectName(each.scope(), each.from()));
      }
    }
  }

  /** The first of two that concern one thing counts. */
  static List<Identity.Rename> of(String sql) {
    DeclaredInText text = new DeclaredInText(RenameAnnotations.in(sql));
    Set<Item> met = new HashSet<>();
    List<Identity.Rename> renames = new ArrayList<>();
    for (Declared each : text.all) {
      Identity.Rename rename = text.rename(each);
      if (met.add(rename.from()) && met.add(rename.to())) {
        renames.add(rename);
      }
    }
    return renames;
  }

  private Identity.Rename rename(Declared each) {
    return switch (each.kind()) {
      case "table" -> whole(Item.Kind.TABLE, each);
      case "enum" -> whole(Item.Kind.ENUM, each);
      case "index" -> whole(Item.Kind.INDEX, each);
      case "label" -> part(Item.Kind.LABEL, each);
      case "constraint" -> part(Item.Kind.CONSTRAINT, each);
      default -> part(Item.Kind.COLUMN, each);
    };
  }

  private static Identity.Rename whole(Item.Kind kind, Declared each) {
    return new Identity.Rename(
        Item.of(kind, new ObjectName(each.scope(), each.from())),
        Item.of(kind, new ObjectName(each.scope(), each.to())));
  }

  private Identity.Rename part(Item.Kind kind, Declared each) {
    String[] scope = each.scope().split("\\.", 2);
    ObjectName now = new ObjectName(scope[0], scope[1]);
    return new Identity.Rename(
        new Item(kind, former.getOrDefault(now, now), each.from()), new Item(kind, now, each.to()));
  }
}
