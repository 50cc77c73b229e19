package dev.weirkeeper;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the names of a catalog are called where an agent reads or writes them. A plain identifier is
 * called what it is. Any other name may hold an instruction, a look-alike or a piece of SQL, so it
 * goes by a handle, {@code name~3a7bd3e2360a}: the agent can point at it and never has to repeat
 * it. The same name has the same handle everywhere. Immutable and pure.
 */
public final class Handles {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,62}");
  private static final Pattern HANDLE = Pattern.compile("name~([0-9a-f]{12,64})");
  private static final int BRIEF = 12;

  private final Map<String, String> shown;

  private Handles(Map<String, String> shown) {
    this.shown = shown;
  }

  /**
   * @param names the names that share a scope: the columns of a table, the tables of a schema
   * @throws IllegalArgumentException if two of them cannot be told apart by any handle, or one is
   *     no text that Unicode knows
   */
  public static Handles over(Collection<String> names) {
    Map<String, String> handles = new LinkedHashMap<>();
    TreeSet<String> digests = new TreeSet<>();
    for (String name : names) {
      if (isPlain(name)) {
        handles.put(name, name);
      } else if (!handles.containsKey(name)) {
        String digest = digest(name);
        if (!digests.add(digest)) {
          throw new IllegalArgumentException(
              "Two names have the same SHA-256 hash and cannot be told apart");
        }
        handles.put(name, digest);
      }
    }
    handles.replaceAll((name, digest) -> isPlain(name) ? name : handle(digest, digests));
    return new Handles(handles);
  }

  /**
   * What a name with its schema is called, part by part; a name without a dot is one part. What
   * {@link #over} would call the parts, unless somebody made two names with the same handle.
   */
  public static String qualified(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? called(name)
        : called(name.substring(0, dot)) + "." + called(name.substring(dot + 1));
  }

  private static String called(String name) {
    // A name that is no text has a handle, too: there is nothing that it could be mistaken for.
    return isPlain(name)
        ? name
        : "name~" + Hash.of(name.getBytes(StandardCharsets.UTF_8)).hex().substring(0, BRIEF);
  }

  /** Whether a name is shown as it is. */
  public static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }

  /** Whether a text has the form of a handle. Never true of a plain name. */
  public static boolean isHandle(String text) {
    return HANDLE.matcher(text).matches();
  }

  /** The brief handle; the whole hash for names that somebody made to have the same one. */
  private static String handle(String digest, TreeSet<String> all) {
    String brief = digest.substring(0, BRIEF);
    return "name~" + (startingWith(brief, all).size() == 1 ? brief : digest);
  }

  private static Collection<String> startingWith(String digits, TreeSet<String> all) {
    return all.subSet(digits, digits + Character.MAX_VALUE);
  }

  private static String digest(String name) {
    if (name.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw new IllegalArgumentException("A name holds half a surrogate pair: it is no text");
    }
    return Hash.of(name.getBytes(StandardCharsets.UTF_8)).hex();
  }

  /**
   * What a name is called.
   *
   * @throws IllegalArgumentException if it is none of these names
   */
  public String shown(String name) {
    String called = shown.get(name);
    if (called == null) {
      throw new IllegalArgumentException("The name is not among those that the handles are over");
    }
    return called;
  }

  /**
   * The name that somebody called by its plain form or by a handle, which may have more digits than
   * needed. Empty if no name is called so, or more than one.
   */
  public Optional<String> named(String called) {
    if (isPlain(called)) {
      return shown.containsKey(called) ? Optional.of(called) : Optional.empty();
    }
    if (!isHandle(called)) {
      return Optional.empty();
    }
    String digits = called.substring("name~".length());
    List<String> found =
        shown.keySet().stream()
            .filter(name -> !isPlain(name) && digest(name).startsWith(digits))
            .limit(2)
            .toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }
}
