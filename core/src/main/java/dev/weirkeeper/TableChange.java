package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A change of a target's table as a typed value. These are all there are: a change that would drop,
 * empty, narrow or hand over a table cannot be said. Planners make them, tools of the same name
 * carry them out, and the library renders the SQL.
 */
public sealed interface TableChange {
  /** Name of the table at the target, with its schema: {@code public.orders}. */
  String table();

  /**
   * The relation version that the change leads towards: the same change for another drift is
   * another action.
   */
  Hash toward();

  /** Name of the tool that carries the change out. */
  default String tool() {
    if (this instanceof CreateTable) {
      return CreateTable.TOOL;
    } else if (this instanceof AddColumn) {
      return AddColumn.TOOL;
    } else if (this instanceof WidenColumn) {
      return WidenColumn.TOOL;
    } else if (this instanceof RelaxColumn) {
      return RelaxColumn.TOOL;
    } else if (this instanceof RenameColumn) {
      return RenameColumn.TOOL;
    } else if (this instanceof AddEnumLabel) {
      return AddEnumLabel.TOOL;
    }
    return CommentColumn.TOOL;
  }

  /** The change as a call of its tool. */
  default Action on(String targetSystem) {
    return new Action(tool(), Json.of(this), new Asset(targetSystem, table()));
  }

  /** A column of a table that is created. */
  record NewColumn(String name, Type type, Optional<String> comment) {
    public NewColumn {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      requireNonNull(comment, "comment");
    }
  }

  /**
   * Creates a mirror: all columns nullable except the key, no foreign keys, no checks, no defaults.
   * Enum types that it needs are created with their labels.
   *
   * @param key names of the key columns; empty for a relation that takes inserts only
   */
  record CreateTable(String table, List<NewColumn> columns, List<String> key, Hash toward)
      implements TableChange {
    public static final String TOOL = "table_create";

    public CreateTable {
      requireNonNull(table, "table");
      columns = List.copyOf(columns);
      key = List.copyOf(key);
      requireNonNull(toward, "toward");
    }
  }

  /**
   * Adds a nullable column.
   *
   * @param missing what existing rows read, in the text form of the type; empty: NULL. Rows written
   *     later never take it.
   */
  record AddColumn(String table, String column, Type type, Optional<String> missing, Hash toward)
      implements TableChange {
    public static final String TOOL = "table_add_column";

    public AddColumn {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(type, "type");
      requireNonNull(missing, "missing");
      requireNonNull(toward, "toward");
    }
  }

  /** Changes a type to one that holds every value of the old one. */
  record WidenColumn(String table, String column, Type from, Type to, Hash toward)
      implements TableChange {
    public static final String TOOL = "table_widen_column";

    public WidenColumn {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      requireNonNull(toward, "toward");
    }
  }

  /** Lets a column take NULL. */
  record RelaxColumn(String table, String column, Hash toward) implements TableChange {
    public static final String TOOL = "table_relax_column";

    public RelaxColumn {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(toward, "toward");
    }
  }

  /** Gives a column another name. */
  record RenameColumn(String table, String column, String to, Hash toward) implements TableChange {
    public static final String TOOL = "table_rename_column";

    public RenameColumn {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(to, "to");
      requireNonNull(toward, "toward");
    }
  }

  /** Adds a label at the end of the enum type of a column. */
  record AddEnumLabel(String table, String column, String label, Hash toward)
      implements TableChange {
    public static final String TOOL = "table_add_enum_label";

    public AddEnumLabel {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(label, "label");
      requireNonNull(toward, "toward");
    }
  }

  /**
   * Describes a column.
   *
   * @param comment empty to remove it
   */
  record CommentColumn(String table, String column, Optional<String> comment, Hash toward)
      implements TableChange {
    public static final String TOOL = "table_comment_column";

    public CommentColumn {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(comment, "comment");
      requireNonNull(toward, "toward");
    }
  }
}
