package dev.weirkeeper.contracts.dbt;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which tests an agent asks for, in the part of dbt's node selection that can do nothing but
 * choose: names, paths, tags and other properties of nodes, with {@code +} and {@code @} for what
 * they depend on and what depends on them, and commas for intersections. No criterion can be read
 * as an option, leaves the project's folder, or reads a file of saved state.
 *
 * @param criteria any of which is enough; empty: all
 */
record Selection(List<String> criteria) {
  static final Selection ALL = new Selection(List.of());

  private static final int MOST = 20;
  private static final int LONGEST = 200;

  private static final String VALUE = "(?:\\*|[A-Za-z0-9_][A-Za-z0-9_.*/-]*)";

  private static final String METHOD =
      "(?:access|exposure|file|fqn|group|metric|package|path|resource_type|source|tag"
          + "|test_name|test_type|config(?:\\.[A-Za-z0-9_]+)+):";

  private static final Pattern CRITERION =
      Pattern.compile("(?:@|[0-9]{0,3}\\+)?(?:" + METHOD + ")?" + VALUE + "(?:\\+[0-9]{0,3})?");

  Selection {
    criteria = List.copyOf(criteria);
    if (criteria.size() > MOST) {
      throw new IllegalArgumentException("a selection has at most " + MOST + " criteria");
    }
    criteria.forEach(Selection::require);
  }

  private static void require(String criterion) {
    boolean fits =
        criterion.length() <= LONGEST
            && !criterion.contains("..")
            && !criterion.endsWith(",")
            && List.of(criterion.split(",", -1)).stream()
                .allMatch(part -> CRITERION.matcher(part).matches());
    if (!fits) {
      throw new IllegalArgumentException(
          "a criterion is a name, a path or method:value such as tag:nightly, with + or @ around it"
              + " and commas between, of at most "
              + LONGEST
              + " characters; state, result and selector methods are not taken");
    }
  }
}
