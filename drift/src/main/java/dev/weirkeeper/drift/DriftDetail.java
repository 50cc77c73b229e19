package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Default;
import dev.weirkeeper.Nullability;
import java.util.List;
import java.util.Optional;

/**
 * The facts of a schema finding: what {@code Finding.detail()} holds, and what reads it back
 * ({@code finding.detail().as(DriftDetail.class)}). Schema facts only, never row values. Names and
 * comments are text that the owner of the source chose.
 */
public sealed interface DriftDetail {

  record TableAdded(String name, int columns) implements DriftDetail {
    public TableAdded {
      requireNonNull(name, "name");
    }
  }

  /** A table has another name, or lies in another schema. */
  record TableRenamed(String from, String to) implements DriftDetail {
    public TableRenamed {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  record TableSwapped(String name, String fromId, String toId) implements DriftDetail {
    public TableSwapped {
      requireNonNull(name, "name");
      requireNonNull(fromId, "fromId");
      requireNonNull(toId, "toId");
    }
  }

  /**
   * What a row is found by is another thing now.
   *
   * @param from names of the key columns as they were called then; empty without a key
   * @param to names of the key columns as they are called now; empty without a key
   */
  record KeyChanged(List<String> from, List<String> to) implements DriftDetail {
    public KeyChanged {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }
  }

  record Unidentified(String name) implements DriftDetail {
    public Unidentified {
      requireNonNull(name, "name");
    }
  }

  /**
   * @param nameWasOf id of the column that had the name before, if there was one
   */
  record ColumnAdded(
      String name,
      String type,
      Nullability nullability,
      Default defaultValue,
      Optional<String> nameWasOf)
      implements DriftDetail {
    public ColumnAdded {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      requireNonNull(nullability, "nullability");
      requireNonNull(defaultValue, "defaultValue");
      requireNonNull(nameWasOf, "nameWasOf");
    }
  }

  record ColumnRemoved(String name, String type, Nullability nullability) implements DriftDetail {
    public ColumnRemoved {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      requireNonNull(nullability, "nullability");
    }
  }

  /**
   * @param formerId id of the removed column
   */
  record ColumnReadded(String name, String formerId, String formerType, String type)
      implements DriftDetail {
    public ColumnReadded {
      requireNonNull(name, "name");
      requireNonNull(formerId, "formerId");
      requireNonNull(formerType, "formerType");
      requireNonNull(type, "type");
    }
  }

  /**
   * @param nameWasOf id of the column that had the new name before, if there was one
   */
  record ColumnRenamed(String from, String to, Optional<String> nameWasOf) implements DriftDetail {
    public ColumnRenamed {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      requireNonNull(nameWasOf, "nameWasOf");
    }
  }

  record TypeChanged(String name, String from, String to, TypeChange change)
      implements DriftDetail {
    public TypeChanged {
      requireNonNull(name, "name");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      requireNonNull(change, "change");
    }
  }

  record NullabilityChanged(String name, Nullability from, Nullability to) implements DriftDetail {
    public NullabilityChanged {
      requireNonNull(name, "name");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  record DefaultChanged(String name, Default.Kind from, Default.Kind to) implements DriftDetail {
    public DefaultChanged {
      requireNonNull(name, "name");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  record CommentChanged(String name, Optional<String> from, Optional<String> to)
      implements DriftDetail {
    public CommentChanged {
      requireNonNull(name, "name");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  record EnumTorn(String type) implements DriftDetail {
    public EnumTorn {
      requireNonNull(type, "type");
    }
  }

  /**
   * @param columns names of the columns that have the type
   */
  record EnumRenamed(String from, String to, List<String> columns) implements DriftDetail {
    public EnumRenamed {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      columns = List.copyOf(columns);
    }
  }

  /**
   * @param after the label before it; empty for the first
   * @param columns names of the columns that have the type
   */
  record LabelAdded(String type, String label, Optional<String> after, List<String> columns)
      implements DriftDetail {
    public LabelAdded {
      requireNonNull(type, "type");
      requireNonNull(label, "label");
      requireNonNull(after, "after");
      columns = List.copyOf(columns);
    }
  }

  /**
   * @param columns names of the columns that have the type
   */
  record LabelRenamed(String type, String from, String to, List<String> columns)
      implements DriftDetail {
    public LabelRenamed {
      requireNonNull(type, "type");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      columns = List.copyOf(columns);
    }
  }

  /**
   * @param columns names of the columns that have the type
   */
  record LabelRemoved(String type, String label, List<String> columns) implements DriftDetail {
    public LabelRemoved {
      requireNonNull(type, "type");
      requireNonNull(label, "label");
      columns = List.copyOf(columns);
    }
  }

  /**
   * @param labels in their new order
   * @param columns names of the columns that have the type
   */
  record LabelsReordered(String type, List<String> labels, List<String> columns)
      implements DriftDetail {
    public LabelsReordered {
      requireNonNull(type, "type");
      labels = List.copyOf(labels);
      columns = List.copyOf(columns);
    }
  }

  /**
   * A setting around a table is another one.
   *
   * @param setting as the feed calls it; see {@link Setting}
   * @param from empty where there was none
   * @param to empty where there is none any more
   */
  record SettingChanged(String setting, Optional<String> from, Optional<String> to)
      implements DriftDetail {
    public SettingChanged {
      requireNonNull(setting, "setting");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }

  /**
   * A thing around a table came, went or is another one: a constraint, a partition, a default.
   *
   * @param setting the list that it is in; see {@link Setting}
   * @param name as it is called now, or was
   * @param from what it was, in a word of the feed's or a hash; empty if it is new
   * @param to empty if it is gone
   */
  record ThingChanged(String setting, String name, Optional<String> from, Optional<String> to)
      implements DriftDetail {
    public ThingChanged {
      requireNonNull(setting, "setting");
      requireNonNull(name, "name");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
    }
  }
}
