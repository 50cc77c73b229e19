package dev.weirkeeper.healing.postgres;

import java.util.List;
import java.util.Set;

/** Whether a column may have a name among others. */
final class Names {
  private static final Set<String> SYSTEM =
      Set.of("tableoid", "cmax", "xmax", "cmin", "xmin", "ctid");

  private Names() {}

  /** Readers that do not quote names cannot tell two apart that differ only in case. */
  static void requireFree(String name, List<String> others) throws Refusal {
    if (SYSTEM.contains(name)) {
      throw new Refusal(
          "Column " + name + " would have the name of a system column; rename it at the source");
    }
    for (String other : others) {
      if (other.equalsIgnoreCase(name)) {
        throw new Refusal(
            "Column "
                + Sql.shown(name)
                + " would have the name of column "
                + Sql.shown(other)
                + ", at least for readers that do not mind case; rename one at the source");
      }
    }
  }
}
