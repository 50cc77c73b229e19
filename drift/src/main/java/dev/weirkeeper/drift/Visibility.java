package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Says which source of truth shows which kind of change, so that a feed can name what its
 * configuration is blind to. Data: the resource {@code visibility.json}, of which the entries with
 * a case were measured on live servers. Immutable.
 */
public final class Visibility {
  private static final String NOTHING = "nothing.changed";
  private static final Visibility POSTGRES = VisibilityReader.read("visibility.json");

  /** Who may show a change. */
  public enum Source {
    /** The stream of rows: what the output plugin {@code pgoutput} sends by itself. */
    STREAM,
    /** Messages of the DDL event trigger in the log. */
    TRIGGER,
    /** Looks at the catalog now and then. */
    CATALOG
  }

  /** When a change is shown. Better ones come first. */
  public enum Sight {
    AT_ONCE,
    /** With the next row of the table, whenever that comes. */
    NEXT_ROW,
    NEXT_LOOK,
    NEVER
  }

  /**
   * What is seen of a kind of change.
   *
   * @param kind as findings name it; {@code nothing.changed} where nothing did
   * @param caseOf the DDL that it was measured with; empty if it follows from how the sources work
   */
  public record Entry(
      String kind, Optional<String> caseOf, Sight stream, Sight trigger, Sight catalog) {
    public Entry {
      requireNonNull(kind, "kind");
      requireNonNull(caseOf, "caseOf");
      requireNonNull(stream, "stream");
      requireNonNull(trigger, "trigger");
      requireNonNull(catalog, "catalog");
    }

    public Sight by(Source source) {
      return switch (source) {
        case STREAM -> stream;
        case TRIGGER -> trigger;
        case CATALOG -> catalog;
      };
    }
  }

  record Ledger(List<Entry> entries) {}

  private final List<Entry> entries;

  Visibility(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** What is seen of a PostgreSQL source. */
  public static Visibility postgres() {
    return POSTGRES;
  }

  public List<Entry> entries() {
    return entries;
  }

  /** The entry that was measured with a DDL. */
  public Optional<Entry> measured(String caseOf) {
    return entries.stream().filter(entry -> entry.caseOf().equals(Optional.of(caseOf))).findFirst();
  }

  /**
   * When a kind of change is seen at the latest by the best of some sources: the worst of its cases
   * counts. Never, for a kind that the ledger does not know.
   */
  public Sight of(String kind, Set<Source> sources) {
    return entries.stream()
        .filter(entry -> entry.kind().equals(kind))
        .map(entry -> best(entry, sources))
        .max(Sight::compareTo)
        .orElse(Sight.NEVER);
  }

  private static Sight best(Entry entry, Set<Source> sources) {
    return sources.stream().map(entry::by).min(Sight::compareTo).orElse(Sight.NEVER);
  }

  /** Kinds of change that none of some sources shows in every case, in the order of their names. */
  public List<String> blindSpots(Set<Source> sources) {
    SortedMap<String, Sight> worst = new TreeMap<>();
    entries.forEach(entry -> worst.merge(entry.kind(), best(entry, sources), Visibility::worse));
    worst.remove(NOTHING);
    return worst.entrySet().stream()
        .filter(kind -> kind.getValue() == Sight.NEVER)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Sight worse(Sight a, Sight b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** Kinds that the stream of rows never shows by itself. */
  public List<String> unseenInRows() {
    return blindSpots(EnumSet.of(Source.STREAM));
  }
}
