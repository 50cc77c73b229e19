package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The table of all kinds of change: what each means, whoever sees it. Immutable, so safe to share
 * between threads.
 */
public final class Taxonomy {

  /** Read when it is first asked for. */
  private static final class Standard {
    private static final Taxonomy TABLE =
        new Taxonomy(ResourceReader.rows("kinds.json", Kind.class));
  }

  private final List<Kind> kinds;
  private final Map<String, List<Kind>> byId = new LinkedHashMap<>();

  /**
   * @throws IllegalArgumentException if a case of a kind is there twice
   */
  Taxonomy(List<Kind> kinds) {
    this.kinds = List.copyOf(kinds);
    for (Kind kind : kinds) {
      List<Kind> cases = byId.computeIfAbsent(kind.id(), id -> new ArrayList<>());
      if (cases.stream().anyMatch(known -> known.caseName().equals(kind.caseName()))) {
        throw new IllegalArgumentException("The kind " + kind + " is there twice");
      }
      cases.add(kind);
    }
  }

  /** The kinds that all detectors of this library use. */
  public static Taxonomy standard() {
    return Standard.TABLE;
  }

  /** All kinds and cases, grouped by what they happen to. */
  public List<Kind> kinds() {
    return kinds;
  }

  /** All cases of a kind; none if it is not known here: plugins invent kinds of their own. */
  public List<Kind> cases(String id) {
    return List.copyOf(byId.getOrDefault(requireNonNull(id, "id"), List.of()));
  }

  /**
   * The one entry of a kind that has no cases, or the usual case of one that has.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Kind kind(String id) {
    return find(id, Optional.empty());
  }

  /**
   * @throws IllegalArgumentException if there is no such case
   */
  public Kind kind(String id, String caseName) {
    return find(id, Optional.of(caseName));
  }

  private Kind find(String id, Optional<String> caseName) {
    return cases(id).stream()
        .filter(kind -> kind.caseName().equals(caseName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No kind "
                        + caseName.map(name -> id + "/" + name).orElse(id)
                        + "; its cases are "
                        + cases(id)));
  }

  /**
   * The entry for a finding. A finding does not carry its case: those that agree with its flags and
   * are no worse than it come first, then those that are no worse, and of several the worst
   * answers. Empty for a kind that is not known here.
   */
  public Optional<Kind> of(Finding finding) {
    List<Kind> cases = cases(finding.kind());
    List<Kind> borne =
        cases.stream().filter(kind -> !kind.verdict().worseThan(finding.verdict())).toList();
    Set<Flag> flags = telling(finding.flags());
    List<Kind> agreeing =
        borne.stream().filter(kind -> telling(kind.flags()).equals(flags)).toList();
    return Stream.of(agreeing, borne, cases)
        .filter(some -> !some.isEmpty())
        .findFirst()
        .flatMap(some -> some.stream().max(WORST));
  }

  /**
   * Flags without those that say who saw it and not what happened: a look at the catalog shows what
   * the log cannot.
   */
  private static Set<Flag> telling(Set<Flag> all) {
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    flags.addAll(all);
    flags.removeAll(EnumSet.of(Flag.PROVISIONAL, Flag.INVISIBLE));
    return flags;
  }

  private static final Comparator<Kind> WORST =
      Comparator.comparing(Kind::verdict)
          .thenComparing(Kind::handling)
          .thenComparing(Kind::readers)
          .thenComparing(Kind::newReadsOld)
          .thenComparing(Kind::oldReadsNew);
}
