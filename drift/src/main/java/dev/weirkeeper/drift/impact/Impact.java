package dev.weirkeeper.drift.impact;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Dependent;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.taxonomy.Axis;
import dev.weirkeeper.drift.taxonomy.Bump;
import dev.weirkeeper.drift.taxonomy.Change;
import dev.weirkeeper.drift.taxonomy.Compatibility;
import dev.weirkeeper.drift.taxonomy.Kind;
import dev.weirkeeper.drift.taxonomy.VersionBump;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which contracts, views, models, subjects and tables some findings affect, and how. Pure: what
 * rests on the tables is handed in. It says what may break and never that nothing does: only
 * dependents that were named are looked at.
 *
 * @param affected the worst first
 * @param unaffected how many dependents were looked at and are not affected
 */
public record Impact(List<Affected> affected, int unaffected) {
  /** How sure it is that a dependent meets the change. */
  public enum Certainty {
    /** It names a column that changed, or the table as a whole changed. */
    NAMED,
    /** Which columns it reads is not known, or it reads what another made of them. */
    POSSIBLE
  }

  /**
   * What a finding is to a dependent.
   *
   * @param column that the finding is about; empty for the table
   * @param parts of the dependent that read it, in their order: rules of a contract; text from
   *     outside. None where it is about the table, or no part is known
   */
  public record Reason(
      Hash finding, String kind, String column, Compatibility effect, List<String> parts) {
    public Reason {
      requireNonNull(finding, "finding");
      requireNonNull(kind, "kind");
      requireNonNull(column, "column");
      requireNonNull(effect, "effect");
      parts = List.copyOf(parts);
    }
  }

  /**
   * A dependent that findings affect. Names in it are text from outside.
   *
   * @param effect the worst of all reasons
   * @param through names of the dependents between it and the table, the nearest to the table first
   * @param bump what its version should move by; of contracts only
   * @param next its version after that; empty where it has none that one can count on from
   */
  public record Affected(
      Dependent.Kind kind,
      String name,
      Compatibility effect,
      Certainty certainty,
      List<Reason> reasons,
      List<String> through,
      Optional<Bump> bump,
      Optional<String> next) {
    public Affected {
      requireNonNull(kind, "kind");
      requireNonNull(name, "name");
      requireNonNull(effect, "effect");
      requireNonNull(certainty, "certainty");
      reasons = List.copyOf(reasons);
      through = List.copyOf(through);
      requireNonNull(bump, "bump");
      requireNonNull(next, "next");
    }
  }

  public Impact {
    affected = List.copyOf(affected);
  }

  /** Worst first; what is not known comes right after what breaks. */
  private static final Comparator<Affected> ORDER =
      Comparator.comparing((Affected one) -> rank(one.effect()))
          .thenComparing(Affected::certainty)
          .thenComparing(Affected::kind)
          .thenComparing(Affected::name);

  /**
   * @param findings of any number of tables
   * @param dependents of all kinds; see {@link Dependents}
   * @param mirrors by system, the systems that have its tables under the same names
   */
  public static Impact of(
      List<Finding> findings, List<Dependent> dependents, Map<String, Set<String>> mirrors) {
    Search search = new Search(findings, dependents, mirrors);
    search.run();
    return search.found();
  }

  private static int rank(Compatibility effect) {
    return switch (effect) {
      case BREAK -> 0;
      case UNKNOWN -> 1;
      case DATA -> 2;
      case SEMANTIC -> 3;
      case OK -> 4;
    };
  }

  private static Compatibility worst(Compatibility one, Compatibility other) {
    return rank(one) <= rank(other) ? one : other;
  }

  private record Id(Dependent.Kind kind, String name) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      int byKind = kind.compareTo(other.kind);
      return byKind != 0 ? byKind : name.compareTo(other.name);
    }
  }

  private record Event(Finding finding, Touched touched, Change change) {
    Event(Finding finding) {
      this(finding, Touched.by(finding), Change.of(finding));
    }
  }

  /** What is known of one dependent so far. */
  private static final class Hit {
    private final Map<Event, Compatibility> events = new LinkedHashMap<>();
    private final Map<Event, Set<String>> parts = new HashMap<>();
    private Certainty certainty = Certainty.POSSIBLE;
    private List<String> through = List.of();
  }

  /** One analysis. */
  private static final class Search {
    private final List<Event> events;
    private final List<Dependent> dependents;
    private final Map<String, Set<String>> mirrors;
    private final Map<Id, Hit> hits = new TreeMap<>();
    private final Deque<Dependent> open = new ArrayDeque<>();

    Search(List<Finding> findings, List<Dependent> dependents, Map<String, Set<String>> mirrors) {
      this.events = findings.stream().map(Event::new).toList();
      this.dependents = List.copyOf(dependents);
      this.mirrors = Map.copyOf(mirrors);
    }

    void run() {
      for (Dependent dependent : dependents) {
        for (Event event : events) {
          direct(event, dependent);
        }
      }
      while (!open.isEmpty()) {
        Dependent parent = open.removeFirst();
        for (Dependent child : dependents) {
          if (parent.itself().filter(child.on()::equals).isPresent()) {
            pass(parent, child);
          }
        }
      }
    }

    private void direct(Event event, Dependent dependent) {
      if (!isOn(event, dependent.on())) {
        return;
      }
      Set<String> columns = event.touched().columns();
      boolean whole = columns.isEmpty();
      boolean named =
          dependent.columns().map(read -> read.stream().anyMatch(columns::contains)).orElse(false);
      Kind kind = event.change().kind();
      boolean contract = dependent.kind() == Dependent.Kind.CONTRACT;
      // A contract cannot name a column that is new, and is about the table all the same.
      boolean extended = contract && dependent.part().isEmpty() && kind.id().equals("column.added");
      if (!whole && !named && !extended && dependent.columns().isPresent()) {
        return;
      }
      Compatibility effect = effect(kind, dependent.kind());
      if (effect == Compatibility.OK && (!contract || kind.bump() == Bump.NONE)) {
        return;
      }
      Hit hit = hits.computeIfAbsent(id(dependent), unseen -> new Hit());
      hit.through = List.of();
      if (whole || named) {
        hit.certainty = Certainty.NAMED;
      }
      if (!whole) {
        Set<String> parts = hit.parts.computeIfAbsent(event, unseen -> new TreeSet<>());
        dependent.part().ifPresent(parts::add);
      }
      if (add(hit, event, effect) && effect != Compatibility.OK) {
        open.add(dependent);
      }
    }

    /** What breaks one breaks those who read it, as far as anybody knows. */
    private void pass(Dependent parent, Dependent child) {
      Hit above = hits.get(id(parent));
      if (above == null || id(parent).equals(id(child))) {
        return;
      }
      boolean first = !hits.containsKey(id(child));
      Hit hit = hits.computeIfAbsent(id(child), unseen -> new Hit());
      if (first) {
        List<String> through = new ArrayList<>(above.through);
        through.add(parent.name());
        hit.through = List.copyOf(through);
      }
      boolean more = false;
      for (Map.Entry<Event, Compatibility> entry : List.copyOf(above.events.entrySet())) {
        if (entry.getValue() != Compatibility.OK) {
          more |= add(hit, entry.getKey(), entry.getValue());
        }
      }
      if (more) {
        open.add(child);
      }
    }

    private static boolean add(Hit hit, Event event, Compatibility effect) {
      Compatibility before = hit.events.get(event);
      Compatibility after = before == null ? effect : worst(before, effect);
      hit.events.put(event, after);
      return after != before;
    }

    private boolean isOn(Event event, Asset table) {
      String system = event.finding().asset().system();
      return event.touched().tables().contains(table.name())
          && (table.system().equals(system)
              || mirrors.getOrDefault(system, Set.of()).contains(table.system()));
    }

    private static Compatibility effect(Kind kind, Dependent.Kind reader) {
      return reader == Dependent.Kind.SUBJECT
          ? worst(kind.on(Axis.NEW_READS_OLD), kind.on(Axis.OLD_READS_NEW))
          : kind.on(Axis.READERS);
    }

    private static Id id(Dependent dependent) {
      return new Id(dependent.kind(), dependent.name());
    }

    Impact found() {
      List<Affected> affected = new ArrayList<>();
      hits.forEach((id, hit) -> affected.add(affected(id, hit)));
      affected.sort(ORDER);
      int known = (int) dependents.stream().map(Search::id).distinct().count();
      return new Impact(affected, known - affected.size());
    }

    private Affected affected(Id id, Hit hit) {
      List<Reason> reasons = new ArrayList<>();
      Compatibility effect = Compatibility.OK;
      for (Map.Entry<Event, Compatibility> entry : hit.events.entrySet()) {
        Event event = entry.getKey();
        effect = worst(effect, entry.getValue());
        reasons.add(
            new Reason(
                event.finding().id(),
                event.finding().kind(),
                event.change().path(),
                entry.getValue(),
                List.copyOf(hit.parts.getOrDefault(event, Set.of()))));
      }
      Optional<VersionBump> bump =
          id.kind() == Dependent.Kind.CONTRACT
              ? Optional.of(
                  VersionBump.of(hit.events.keySet().stream().map(Event::change).toList()))
              : Optional.empty();
      return new Affected(
          id.kind(),
          id.name(),
          effect,
          hit.certainty,
          reasons,
          hit.through,
          bump.map(VersionBump::bump),
          bump.flatMap(moved -> next(id, moved)));
    }

    private Optional<String> next(Id id, VersionBump bump) {
      return dependents.stream()
          .filter(dependent -> id(dependent).equals(id))
          .flatMap(dependent -> dependent.version().stream())
          .findFirst()
          .flatMap(
              version -> {
                try {
                  return Optional.of(bump.next(version));
                } catch (IllegalArgumentException e) {
                  // Some number their contracts by dates or names: those have no next one.
                  return Optional.empty();
                }
              });
    }
  }
}
