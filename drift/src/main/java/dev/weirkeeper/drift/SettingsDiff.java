package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.Setting.Thing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Compares what was known around one table with what is seen there now. Used once. */
final class SettingsDiff {
  private final Asset asset;
  private final Map<String, Probe<String>> before;
  private final Map<String, Probe<String>> now;
  private final List<Finding> findings = new ArrayList<>();

  SettingsDiff(Asset asset, Map<String, Probe<String>> before, Map<String, Probe<String>> now) {
    this.asset = asset;
    this.before = before;
    this.now = now;
  }

  List<Finding> findings() {
    slot();
    change(Setting.TABLE)
        .filter(change -> change.to().isEmpty())
        .ifPresent(change -> add(SettingKind.TABLE_REMOVED, change));
    if (findings.stream().noneMatch(finding -> finding.kind().equals("table.removed"))) {
      table();
      partitions();
      identity();
      publication();
      rights();
      new ThingsDiff(this).all();
    }
    findings.sort(
        Comparator.comparing(Finding::kind)
            .thenComparing(finding -> finding.subject().length())
            .thenComparing(Finding::subject));
    return findings;
  }

  // ---- what the parts of the comparison use

  /**
   * A setting that was known before and is known now, and is not the same.
   *
   * @param from empty where there was none
   */
  record Change(Setting setting, Optional<String> from, Optional<String> to) {}

  Optional<Change> change(Setting setting) {
    Probe<String> was = before.get(setting.id());
    Probe<String> is = now.get(setting.id());
    if (was == null
        || is == null
        || was instanceof Probe.Unknown<String>
        || is instanceof Probe.Unknown<String>
        || was.equals(is)) {
      return Optional.empty();
    }
    return Optional.of(new Change(setting, value(was), value(is)));
  }

  private static Optional<String> value(Probe<String> probe) {
    return probe instanceof Probe.Value<String> value
        ? Optional.of(value.value())
        : Optional.empty();
  }

  /** What is known of a setting now. */
  Optional<String> now(Setting setting) {
    return Optional.ofNullable(now.get(setting.id())).flatMap(SettingsDiff::value);
  }

  Optional<String> before(Setting setting) {
    return Optional.ofNullable(before.get(setting.id())).flatMap(SettingsDiff::value);
  }

  void add(SettingKind kind, Change change) {
    add(
        kind,
        change.setting().id(),
        new DriftDetail.SettingChanged(change.setting().id(), change.from(), change.to()),
        change.from(),
        change.to());
  }

  void add(SettingKind kind, Setting list, Optional<Thing> was, Optional<Thing> is) {
    Thing named = is.or(() -> was).orElseThrow();
    add(
        kind,
        named.id(),
        new DriftDetail.ThingChanged(
            list.id(),
            named.name(),
            was.map(SettingsDiff::described),
            is.map(SettingsDiff::described)),
        was.map(thing -> Json.of(thing).text()),
        is.map(thing -> Json.of(thing).text()));
  }

  private static String described(Thing thing) {
    return thing.enforcement().isEmpty() ? thing.kind() : thing.kind() + " " + thing.enforcement();
  }

  private record State(String setting, String value) {}

  private void add(
      SettingKind kind,
      String subject,
      DriftDetail detail,
      Optional<String> from,
      Optional<String> to) {
    findings.add(
        new Finding(
            SettingsDrift.ID,
            asset,
            kind.kind,
            subject,
            kind.verdict,
            kind.flags,
            Json.of(detail),
            from.map(value -> Hash.of(Json.of(new State(subject, value)))),
            to.map(value -> Hash.of(Json.of(new State(subject, value))))));
  }

  // ---- parts

  private void slot() {
    change(Setting.SLOT)
        .filter(change -> change.to().isEmpty() || change.to().get().equals("lost"))
        .ifPresent(change -> add(SettingKind.SLOT_LOST, change));
  }

  private void table() {
    change(Setting.TABLE_NAMESAKE)
        .filter(change -> change.to().isPresent() && !change.to().equals(now(Setting.TABLE)))
        .ifPresent(change -> add(SettingKind.TABLE_SWAPPED, change));
    change(Setting.TABLE_PERSISTENCE)
        .ifPresent(
            change ->
                add(
                    change.to().equals(Optional.of("logged"))
                        ? SettingKind.TABLE_LOGGED
                        : SettingKind.TABLE_UNLOGGED,
                    change));
    change(Setting.TABLE_OWNER).ifPresent(change -> add(SettingKind.OWNER_CHANGED, change));
    change(Setting.TABLE_COMMENT).ifPresent(change -> add(SettingKind.TABLE_COMMENT, change));
    change(Setting.TABLE_STORAGE)
        .filter(this::rewritten)
        .ifPresent(change -> add(SettingKind.TABLE_REWRITTEN, change));
  }

  /**
   * Whether columns that look as before were written anew: {@code ALTER … TYPE int USING a + 1}.
   * One transaction wrote new storage and altered a column, but neither name nor type of any is
   * another one. Columns whose missing value the rewrite forgot are no sign: VACUUM FULL does that.
   */
  private boolean rewritten(Change storage) {
    Optional<Change> altered = change(Setting.TABLE_COLUMNS);
    if (altered.isEmpty() || storage.from().isEmpty() || storage.to().isEmpty()) {
      return false;
    }
    String[] was = storage.from().get().split("/", -1);
    String[] is = storage.to().get().split("/", -1);
    if (was.length != 2 || is.length != 2 || was[0].equals(is[0])) {
      return false;
    }
    Map<String, Thing> former = byId(altered.get().from());
    Map<String, Thing> newer = byId(altered.get().to());
    if (!former.keySet().equals(newer.keySet())) {
      return false;
    }
    boolean alike = true;
    boolean written = false;
    for (Thing thing : newer.values()) {
      Thing before = requireNonNull(former.get(thing.id()));
      alike &= before.state().equals(thing.state());
      written |=
          !before.kind().equals("missing")
              && !before.enforcement().equals(thing.enforcement())
              && thing.enforcement().equals(is[1]);
    }
    return alike && written;
  }

  static Map<String, Thing> byId(Optional<String> things) {
    Map<String, Thing> byId = new LinkedHashMap<>();
    things.map(Setting::things).orElse(List.of()).forEach(thing -> byId.put(thing.id(), thing));
    return byId;
  }

  private void partitions() {
    change(Setting.PARTITION_KEY).ifPresent(change -> add(SettingKind.PARTITION_KEY, change));
    change(Setting.TABLE_CHILDREN)
        .ifPresent(
            change -> {
              Map<String, Thing> was = byId(change.from());
              Map<String, Thing> is = byId(change.to());
              added(was, is)
                  .forEach(
                      thing ->
                          add(SettingKind.TABLE_INHERITED, change.setting(), none(), of(thing)));
              added(is, was)
                  .forEach(
                      thing ->
                          add(SettingKind.TABLE_DISINHERITED, change.setting(), of(thing), none()));
            });
    change(Setting.PARTITIONS)
        .ifPresent(
            change -> {
              Map<String, Thing> was = byId(change.from());
              Map<String, Thing> is = byId(change.to());
              added(was, is)
                  .forEach(
                      thing ->
                          add(
                              thing.kind().equals("made")
                                  ? SettingKind.PARTITION_CREATED
                                  : SettingKind.PARTITION_MOVED,
                              change.setting(),
                              none(),
                              of(thing)));
              added(is, was)
                  .forEach(
                      thing ->
                          add(SettingKind.PARTITION_MOVED, change.setting(), of(thing), none()));
              for (Thing thing : was.values()) {
                Optional.ofNullable(is.get(thing.id()))
                    .filter(now -> emptied(thing, now))
                    .ifPresent(
                        now ->
                            add(SettingKind.PARTITION_MOVED, change.setting(), of(thing), of(now)));
              }
            });
  }

  /**
   * Whether a partition was truncated by itself, which the log does not tell where rows are
   * published under the root. New storage of which nobody has counted rows: a rewrite counts them.
   */
  private static boolean emptied(Thing was, Thing is) {
    return !was.state().equals(is.state()) && is.enforcement().equals("uncounted");
  }

  static Optional<Thing> of(Thing thing) {
    return Optional.of(thing);
  }

  static Optional<Thing> none() {
    return Optional.empty();
  }

  /** Things of the second that the first does not have. */
  static List<Thing> added(Map<String, Thing> was, Map<String, Thing> is) {
    return is.values().stream().filter(thing -> !was.containsKey(thing.id())).toList();
  }

  private void identity() {
    Optional<Change> key = change(Setting.REPLICA_IDENTITY_KEY);
    Optional<Change> identity = change(Setting.REPLICA_IDENTITY);
    boolean whole = now(Setting.REPLICA_IDENTITY).equals(Optional.of("full"));
    if (key.isPresent() && key.get().from().isPresent() && key.get().to().isEmpty() && !whole) {
      add(SettingKind.IDENTITY_LOST, identity.orElse(key.get()));
    } else if (identity.isPresent() && (whole || now(Setting.REPLICA_IDENTITY_KEY).isPresent())) {
      add(SettingKind.IDENTITY_WIDENED, identity.get());
    }
  }

  private void publication() {
    Optional<Change> member = change(Setting.PUBLICATION_MEMBER);
    if (member.isPresent() && member.get().to().isEmpty()) {
      add(SettingKind.UNPUBLISHED, member.get());
      return;
    }
    change(Setting.PUBLICATION_COLUMNS)
        .ifPresent(
            change -> {
              boolean widened =
                  change.to().isEmpty()
                      || change.from().isPresent()
                          && split(change.to()).containsAll(split(change.from()));
              add(widened ? SettingKind.COLUMNS_WIDENED : SettingKind.COLUMNS_NARROWED, change);
            });
    change(Setting.PUBLICATION_ROW_FILTER)
        .ifPresent(change -> add(SettingKind.ROWS_FILTERED, change));
    change(Setting.PUBLICATION_OPERATIONS)
        .ifPresent(
            change ->
                add(
                    split(change.to()).containsAll(split(change.from()))
                        ? SettingKind.OPERATIONS_ADDED
                        : SettingKind.OPERATIONS_LEFT_OUT,
                    change));
    change(Setting.PUBLICATION_VIA_ROOT).ifPresent(change -> add(SettingKind.VIA_ROOT, change));
    if (member.isPresent()
        && member.get().from().isPresent()
        && findings.stream().noneMatch(finding -> finding.kind().startsWith("publication."))) {
      // It was taken out and put back, or published otherwise for a while: nobody knows what it
      // left out.
      add(SettingKind.UNPUBLISHED, member.get());
    }
  }

  private static Set<String> split(Optional<String> list) {
    return new TreeSet<>(
        list.filter(text -> !text.isEmpty())
            .map(text -> Arrays.asList(text.split(",")))
            .orElse(List.of()));
  }

  private void rights() {
    boolean hidden =
        change(Setting.ROW_SECURITY_HIDES)
            .filter(change -> change.to().equals(Optional.of("true")))
            .map(
                change -> {
                  add(SettingKind.ROWS_HIDDEN, change);
                  return true;
                })
            .orElse(false);
    if (!hidden) {
      Optional<Change> security = change(Setting.ROW_SECURITY);
      Optional<Change> policies = change(Setting.ROW_SECURITY_POLICIES);
      boolean off = now(Setting.ROW_SECURITY).equals(Optional.of("off"));
      security
          .or(() -> policies)
          .ifPresent(
              change -> add(off ? SettingKind.ROWS_UNGUARDED : SettingKind.ROWS_GUARDED, change));
    }
    change(Setting.GRANT_SELECT)
        .filter(change -> change.to().equals(Optional.of("false")))
        .ifPresent(change -> add(SettingKind.GRANT_REVOKED, change));
  }
}
