package dev.weirkeeper;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The table states of a running pipeline, and which of them the target has not stored yet. */
final class Tables {
  private final Map<String, TableState> byRelation = new LinkedHashMap<>();
  private final Set<String> unsaved = new LinkedHashSet<>();
  private final Consumer<PipelineEvent> listener;
  private volatile Map<Asset, TableState> published = Map.of();

  Tables(Collection<TableState> stored, Consumer<PipelineEvent> listener) {
    this.listener = listener;
    stored.forEach(state -> byRelation.put(state.relationId(), state));
    publish();
  }

  /** Stores a new state; the target gets it with the next batch. */
  void put(TableState state) {
    TableState before = byRelation.put(state.relationId(), state);
    if (state.equals(before)) {
      return;
    }
    unsaved.add(state.relationId());
    publish();
    if (before != null && before.mode() != state.mode()) {
      listener.accept(new PipelineEvent.Routed(before, state));
    }
  }

  /** Puts a table in the place of another of the same name, which is forgotten. */
  void replace(TableState gone, TableState by) {
    byRelation.remove(gone.relationId());
    unsaved.remove(gone.relationId());
    put(by);
  }

  @Nullable TableState byRelation(String relationId) {
    return byRelation.get(relationId);
  }

  Optional<TableState> of(Asset asset) {
    return Optional.ofNullable(published.get(asset));
  }

  Collection<TableState> all() {
    return List.copyOf(byRelation.values());
  }

  Map<String, TableState> snapshot() {
    return new HashMap<>(byRelation);
  }

  List<TableState> unsaved() {
    List<TableState> states = new ArrayList<>();
    unsaved.forEach(id -> states.add(byRelation.get(id)));
    return states;
  }

  void saved() {
    unsaved.clear();
  }

  /** The states as of now; safe to call from any thread. */
  Map<Asset, TableState> published() {
    return published;
  }

  private void publish() {
    Map<Asset, TableState> byAsset = new TreeMap<>();
    byRelation.values().forEach(state -> byAsset.put(state.asset(), state));
    published = Collections.unmodifiableMap(byAsset);
  }
}
