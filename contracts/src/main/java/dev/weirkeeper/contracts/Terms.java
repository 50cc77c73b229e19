package dev.weirkeeper.contracts;

import dev.weirkeeper.Json;
import java.util.List;
import java.util.Optional;

/** The terms of each kind of rule: what their JSON holds. */
public final class Terms {
  private Terms() {}

  public record Members(List<Literal> members) {
    public Members {
      members = List.copyOf(members);
    }
  }

  public record Pattern(String regex) {}

  public record Place(Optional<Integer> index) {}

  public record Columns(List<String> columns, Match match) {
    public Columns {
      columns = List.copyOf(columns);
    }
  }

  public enum Match {
    /** These columns and no others. */
    EXACT,
    /** At least these columns. */
    CONTAINS
  }

  public record Unsupported(String expectation, String reason, Json kwargs) {}
}
