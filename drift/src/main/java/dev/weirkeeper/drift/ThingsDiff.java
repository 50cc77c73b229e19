package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.SettingsDiff.added;
import static dev.weirkeeper.drift.SettingsDiff.byId;

import dev.weirkeeper.drift.Setting.Thing;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares the things that a table has several of: constraints, indexes, defaults, types. */
final class ThingsDiff {
  private final SettingsDiff diff;

  ThingsDiff(SettingsDiff diff) {
    this.diff = diff;
  }

  void all() {
    each(Setting.CONSTRAINTS, this::constraint);
    each(Setting.INDEXES, this::index);
    each(Setting.COLLATIONS, this::collation);
    each(
        Setting.COLUMN_STORAGE,
        (was, is) -> both(SettingKind.STORAGE, Setting.COLUMN_STORAGE, was, is));
    each(Setting.IDENTITY_COLUMNS, this::identityColumn);
    each(Setting.DEFAULTS, this::defaultValue);
    each(Setting.GENERATED_COLUMNS, this::generated);
    each(Setting.DOMAINS, (was, is) -> both(SettingKind.DOMAIN, Setting.DOMAINS, was, is));
    each(Setting.COMPOSITES, (was, is) -> both(SettingKind.COMPOSITE, Setting.COMPOSITES, was, is));
    each(Setting.EXTENSIONS, (was, is) -> both(SettingKind.EXTENSION, Setting.EXTENSIONS, was, is));
  }

  /** Takes a thing before and after; one of them may be missing. */
  @FunctionalInterface
  private interface Judge {
    void meet(Optional<Thing> was, Optional<Thing> is);
  }

  private void each(Setting list, Judge judge) {
    diff.change(list)
        .ifPresent(
            change -> {
              Map<String, Thing> was = byId(change.from());
              Map<String, Thing> is = byId(change.to());
              for (Thing former : was.values()) {
                Optional<Thing> kept = Optional.ofNullable(is.get(former.id()));
                // Made anew under the same name, it is another one in the place of the first.
                Optional<Thing> successor = kept.or(() -> inPlaceOf(former, added(was, is)));
                if (!Optional.of(former).equals(kept)) {
                  judge.meet(SettingsDiff.of(former), successor);
                }
              }
              for (Thing fresh : added(was, is)) {
                if (inPlaceOf(fresh, added(is, was)).isEmpty()) {
                  judge.meet(SettingsDiff.none(), SettingsDiff.of(fresh));
                }
              }
            });
  }

  private static Optional<Thing> inPlaceOf(Thing other, List<Thing> things) {
    return things.stream()
        .filter(thing -> thing.name().equals(other.name()) && thing.kind().equals(other.kind()))
        .findFirst();
  }

  /** For things that matter only where the same one is another one. */
  private void both(SettingKind kind, Setting list, Optional<Thing> was, Optional<Thing> is) {
    if (was.isPresent() && is.isPresent() && !was.get().state().equals(is.get().state())) {
      diff.add(kind, list, was, is);
    }
  }

  private void constraint(Optional<Thing> was, Optional<Thing> is) {
    Thing thing = is.or(() -> was).orElseThrow();
    if (was.isEmpty() || is.isEmpty()) {
      kindOf(thing.kind(), is.isPresent())
          .ifPresent(kind -> diff.add(kind, Setting.CONSTRAINTS, was, is));
      return;
    }
    boolean anew = !was.get().id().equals(is.get().id());
    if (anew && !was.get().state().equals(is.get().state())) {
      replaced(thing.kind(), was, is);
    } else if (!was.get().enforcement().equals(is.get().enforcement())) {
      diff.add(
          weaker(was.get().enforcement(), is.get().enforcement())
              ? SettingKind.ENFORCEMENT_WEAKENED
              : SettingKind.ENFORCEMENT_CHANGED,
          Setting.CONSTRAINTS,
          was,
          is);
    } else if (thing.kind().equals("primary") && !was.get().name().equals(is.get().name())) {
      diff.add(SettingKind.PK_RENAMED, Setting.CONSTRAINTS, was, is);
    }
  }

  /** Only {@code not-enforced} lets rows in that break it; {@code not-valid} lets old ones stay. */
  private static boolean weaker(String was, String is) {
    return is.contains("not-") && !was.contains("not-")
        || is.contains("not-enforced") && !was.contains("not-enforced");
  }

  /** Keys are the schema detector's: it sees them by their columns. */
  private static Optional<SettingKind> kindOf(String kind, boolean added) {
    return switch (kind) {
      case "unique" -> Optional.of(added ? SettingKind.UNIQUE_ADDED : SettingKind.UNIQUE_REMOVED);
      case "foreign" -> Optional.of(added ? SettingKind.FK_ADDED : SettingKind.FK_REMOVED);
      case "check" -> Optional.of(added ? SettingKind.CHECK_ADDED : SettingKind.CHECK_REMOVED);
      case "exclusion" -> Optional.of(SettingKind.EXCLUSION);
      default -> Optional.empty();
    };
  }

  private void replaced(String kind, Optional<Thing> was, Optional<Thing> is) {
    switch (kind) {
      case "foreign" -> diff.add(SettingKind.FK_CHANGED, Setting.CONSTRAINTS, was, is);
      case "exclusion" -> diff.add(SettingKind.EXCLUSION, Setting.CONSTRAINTS, was, is);
      case "unique", "check" -> {
        kindOf(kind, false)
            .ifPresent(gone -> diff.add(gone, Setting.CONSTRAINTS, was, SettingsDiff.none()));
        kindOf(kind, true)
            .ifPresent(fresh -> diff.add(fresh, Setting.CONSTRAINTS, SettingsDiff.none(), is));
      }
      default -> {
        // A primary key: see above.
      }
    }
  }

  private void index(Optional<Thing> was, Optional<Thing> is) {
    if (was.isEmpty() || is.isEmpty()) {
      diff.add(
          is.isPresent() ? SettingKind.INDEX_ADDED : SettingKind.INDEX_REMOVED,
          Setting.INDEXES,
          was,
          is);
    } else if (!was.get().state().equals(is.get().state())
        || !was.get().enforcement().equals(is.get().enforcement())) {
      diff.add(SettingKind.INDEX_CHANGED, Setting.INDEXES, was, is);
    }
  }

  private void collation(Optional<Thing> was, Optional<Thing> is) {
    boolean key = is.filter(thing -> thing.kind().equals("key")).isPresent();
    both(key ? SettingKind.KEY_COLLATION : SettingKind.COLLATION, Setting.COLLATIONS, was, is);
  }

  /** Of a column that came or went, the schema detector tells all that there is to tell. */
  private boolean stayed(Optional<Thing> was, Optional<Thing> is) {
    String id = is.or(() -> was).orElseThrow().id();
    return byId(diff.before(Setting.TABLE_COLUMNS)).containsKey(id)
        && byId(diff.now(Setting.TABLE_COLUMNS)).containsKey(id);
  }

  private void identityColumn(Optional<Thing> was, Optional<Thing> is) {
    if (stayed(was, is)) {
      diff.add(SettingKind.IDENTITY_COLUMN, Setting.IDENTITY_COLUMNS, was, is);
    }
  }

  private void defaultValue(Optional<Thing> was, Optional<Thing> is) {
    if (stayed(was, is) && !was.map(Thing::state).equals(is.map(Thing::state))) {
      boolean turned =
          is.filter(thing -> thing.kind().equals("volatile")).isPresent()
              && was.filter(thing -> thing.kind().equals("volatile")).isEmpty();
      diff.add(
          turned ? SettingKind.DEFAULT_VOLATILE : SettingKind.DEFAULT_CHANGED,
          Setting.DEFAULTS,
          was,
          is);
    }
  }

  private void generated(Optional<Thing> was, Optional<Thing> is) {
    if (was.isEmpty()) {
      diff.add(SettingKind.GENERATED_ADDED, Setting.GENERATED_COLUMNS, was, is);
    } else if (is.isEmpty()) {
      boolean plain = byId(diff.now(Setting.TABLE_COLUMNS)).containsKey(was.orElseThrow().id());
      diff.add(
          plain ? SettingKind.GENERATED_DROPPED : SettingKind.GENERATED_REMOVED,
          Setting.GENERATED_COLUMNS,
          was,
          is);
    } else if (!was.get().state().equals(is.get().state())) {
      diff.add(SettingKind.GENERATED_EXPRESSION, Setting.GENERATED_COLUMNS, was, is);
    }
  }
}
