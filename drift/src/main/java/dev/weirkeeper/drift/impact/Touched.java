package dev.weirkeeper.drift.impact;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.drift.DriftDetail;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a finding is about.
 *
 * @param tables names of the table, before and after
 * @param columns names before and after; empty: the whole table
 */
record Touched(Set<String> tables, Set<String> columns) {
  Touched {
    tables = Set.copyOf(tables);
    columns = Set.copyOf(columns);
  }

  /** Of a detector whose details are not known here, the whole table. */
  static Touched by(Finding finding) {
    Asset asset = finding.asset();
    if (!finding.source().equals("schema-drift")) {
      return new Touched(Set.of(asset.name()), Set.of());
    }
    DriftDetail detail = finding.detail().as(DriftDetail.class);
    Set<String> tables = new LinkedHashSet<>(Set.of(asset.name()));
    if (detail instanceof DriftDetail.TableRenamed renamed) {
      tables.add(renamed.from());
      tables.add(renamed.to());
    }
    return new Touched(tables, Set.copyOf(columns(detail)));
  }

  private static List<String> columns(DriftDetail detail) {
    if (detail instanceof DriftDetail.ColumnAdded column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.ColumnRemoved column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.ColumnReadded column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.ColumnRenamed column) {
      return List.of(column.from(), column.to());
    } else if (detail instanceof DriftDetail.TypeChanged column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.NullabilityChanged column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.DefaultChanged column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.CommentChanged column) {
      return List.of(column.name());
    } else if (detail instanceof DriftDetail.EnumRenamed type) {
      return type.columns();
    } else if (detail instanceof DriftDetail.LabelAdded label) {
      return label.columns();
    } else if (detail instanceof DriftDetail.LabelRenamed label) {
      return label.columns();
    } else if (detail instanceof DriftDetail.LabelRemoved label) {
      return label.columns();
    } else if (detail instanceof DriftDetail.LabelsReordered labels) {
      return labels.columns();
    }
    return List.of();
  }
}
