package dev.weirkeeper.drift;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.Setting.Thing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Settings around one table, changed one by one. */
final class Settings {
  static final Asset TABLE = new Asset("shop", "public.orders");

  private final Map<String, Probe<String>> values = new TreeMap<>();

  /** A table that is as a feed needs it. */
  static Settings sound() {
    return new Settings()
        .with(Setting.TABLE, "16400")
        .with(Setting.TABLE_PERSISTENCE, "logged")
        .with(Setting.TABLE_OWNER, "shop")
        .with(Setting.TABLE_STORAGE, "16400/700")
        .with(
            Setting.TABLE_COLUMNS,
            thing("1", "plain", "id", "700"),
            thing("2", "plain", "a", "700"))
        .with(Setting.REPLICA_IDENTITY, "default")
        .with(Setting.REPLICA_IDENTITY_KEY, "1")
        .with(Setting.PUBLICATION_MEMBER, "1/2/3")
        .without(Setting.PUBLICATION_COLUMNS)
        .without(Setting.PUBLICATION_ROW_FILTER)
        .with(Setting.PUBLICATION_OPERATIONS, "insert,update,delete,truncate")
        .with(Setting.PUBLICATION_VIA_ROOT, "true")
        .with(Setting.ROW_SECURITY, "off")
        .with(Setting.ROW_SECURITY_HIDES, "false")
        .with(Setting.GRANT_SELECT, "true")
        .with(Setting.SLOT, "reserved")
        .without(Setting.CONSTRAINTS);
  }

  static Thing thing(String id, String kind, String state, String enforcement) {
    return new Thing(id, "n" + id, kind, state, enforcement);
  }

  Settings with(Setting setting, String value) {
    values.put(setting.id(), new Probe.Value<>(value));
    return this;
  }

  Settings with(Setting setting, Thing... things) {
    values.put(setting.id(), Setting.of(List.of(things)));
    return this;
  }

  Settings without(Setting setting) {
    values.put(setting.id(), new Probe.Empty<>());
    return this;
  }

  Settings unknown(Setting setting) {
    values.put(setting.id(), new Probe.Unknown<>("the test failed the read"));
    return this;
  }

  Settings unasked(Setting setting) {
    values.remove(setting.id());
    return this;
  }

  Observation seen() {
    return new Observation(
        TABLE, Instant.EPOCH, Optional.empty(), List.of(new Facet.Settings(values)));
  }
}
