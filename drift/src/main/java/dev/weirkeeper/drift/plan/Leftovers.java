package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Hash;
import java.nio.charset.StandardCharsets;

/**
 * Names of what a migration needs only for a while. An interrupted one leaves such things behind;
 * the next comparison finds them, and they may be cleared away without being asked for.
 */
final class Leftovers {
  private static final String PREFIX = "wk_tmp_";

  private Leftovers() {}

  /** A short name that follows from what it stands for. */
  static String name(String sort, String... of) {
    return PREFIX
        + sort
        + "_"
        + Hash.of(String.join("\u0000", of).getBytes(StandardCharsets.UTF_8)).brief();
  }

  /** Whether it is the second column of a type change, whose values are those of the first. */
  static boolean isShadow(String name) {
    return name.startsWith(PREFIX + "col_");
  }

  static boolean is(String name) {
    return name.startsWith(PREFIX);
  }
}
