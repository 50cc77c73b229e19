package dev.weirkeeper.contracts;

import dev.weirkeeper.Json;
import java.util.List;
import java.util.Optional;

/** The terms of each kind of rule: what their JSON holds. */
final class Terms {
  private Terms() {}

  record Members(List<Literal> members) {
    Members {
      members = List.copyOf(members);
    }
  }

  record Pattern(String regex) {}

  record Place(Optional<Integer> index) {}

  record Columns(List<String> columns, Match match) {
    Columns {
      columns = List.copyOf(columns);
    }
  }

  enum Match {
    /** These columns and no others. */
    EXACT,
    /** At least these columns. */
    CONTAINS
  }

  record Unsupported(String expectation, String reason, Json kwargs) {}
}
