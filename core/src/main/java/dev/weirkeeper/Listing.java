package dev.weirkeeper;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How much of a list one answer of a tool shows, and where the next one goes on. What is wrong is
 * said to whoever made the input, before the door looks any further.
 */
public final class Listing {
  /** Lines of an answer, where its reader does not say how many. */
  public static final int USUAL = 20;

  /** Lines of an answer at most. */
  public static final int MOST = 100;

  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

  private Listing() {}

  /**
   * Checks what a reader asks for.
   *
   * @throws IllegalArgumentException if no answer has so many lines, or the cursor is none
   */
  public static void require(Optional<String> cursor, Optional<Integer> limit) {
    limit
        .filter(wanted -> wanted < 1 || wanted > MOST)
        .ifPresent(
            wanted -> {
              throw new IllegalArgumentException("limit is 1 to " + MOST + ", not " + wanted);
            });
    cursor
        .filter(text -> !NUMBER.matcher(text).matches())
        .ifPresent(
            text -> {
              throw new IllegalArgumentException(
                  "cursor is none of this list; take what the page before calls next");
            });
  }

  public static int size(Optional<Integer> limit) {
    return limit.orElse(USUAL);
  }

  /** The number that a cursor is; cursors are numbers of records or entries. */
  public static Optional<Long> number(Optional<String> cursor) {
    return cursor.map(Long::valueOf);
  }

  /** A page of what lies in memory, where the cursor counts what came before. */
  public static <T> List<T> page(List<T> all, Optional<String> cursor, Optional<Integer> limit) {
    int from = (int) Math.min(number(cursor).orElse(0L), all.size());
    return all.subList(from, Math.min(from + size(limit), all.size()));
  }

  /** The cursor of the page after {@link #page}; empty if that was the last. */
  public static Optional<String> next(
      List<?> all, Optional<String> cursor, Optional<Integer> limit) {
    long end = number(cursor).orElse(0L) + size(limit);
    return end < all.size() ? Optional.of(Long.toString(end)) : Optional.empty();
  }

  /**
   * What a list is about: a table, or else all assets of a system. The second is covered by grants
   * for the whole system alone, so that nobody learns of a table by listing.
   */
  public static Asset about(String system, Optional<String> table) {
    return new Asset(system, table.orElse("*"));
  }

  /** Whether a record is one of those that a list is about. */
  public static boolean isAbout(LogBook.Entry entry, Asset about) {
    return entry
        .record()
        .asset()
        .filter(
            asset ->
                about.name().equals("*")
                    ? asset.system().equals(about.system())
                    : isCalled(asset, about))
        .isPresent();
  }

  /** Whether an asset is what somebody calls by its name or by its handle. */
  public static boolean isCalled(Asset asset, Asset called) {
    return asset.system().equals(called.system())
        && (asset.name().equals(called.name())
            || Handles.qualified(asset.name()).equals(called.name()));
  }
}
