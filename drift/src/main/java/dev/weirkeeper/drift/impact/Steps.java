package dev.weirkeeper.drift.impact;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.Outside;
import dev.weirkeeper.drift.DriftDetail;
import dev.weirkeeper.drift.impact.UpstreamProposal.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects the steps of one proposal. Used once. */
final class Steps {
  /** The longest name of PostgreSQL. */
  private static final int LONGEST_NAME = 63;

  private static final int LONGEST_STEP = 1024;

  private static final String SAY_WHEN =
      "Say the date of the last phase before, and keep to it: readers move by it.";

  private final String table;
  private final List<UpstreamProposal.Step> steps = new ArrayList<>();

  Steps(String table) {
    this.table = name(table);
  }

  List<UpstreamProposal.Step> all() {
    return steps;
  }

  private void step(Phase phase, String text) {
    steps.add(new UpstreamProposal.Step(phase, Outside.of(text, LONGEST_STEP)));
  }

  /** Quoted, so that it is no words of ours, and no longer than a name can be. */
  static String name(String outside) {
    Outside shown = Outside.of(outside, LONGEST_NAME);
    String quoted = shown.text().replace("\"", "\"\"");
    return "\"" + quoted + (shown.cut().isPresent() ? "…" : "") + "\"";
  }

  private static String names(List<String> some) {
    List<String> shown = some.stream().limit(5).map(Steps::name).toList();
    return String.join(", ", shown) + (some.size() > shown.size() ? " and others" : "");
  }

  /**
   * The steps instead of a change.
   *
   * @return what the change does to readers; empty if no better way is known
   */
  Optional<String> instead(DriftDetail detail) {
    if (detail instanceof DriftDetail.ColumnRenamed column) {
      return renamed(column);
    } else if (detail instanceof DriftDetail.ColumnRemoved column) {
      return removed(column);
    } else if (detail instanceof DriftDetail.ColumnReadded column) {
      return readded(column);
    } else if (detail instanceof DriftDetail.ColumnAdded column) {
      return added(column);
    } else if (detail instanceof DriftDetail.TypeChanged column) {
      return retyped(column);
    } else if (detail instanceof DriftDetail.NullabilityChanged column) {
      return nullable(column);
    } else if (detail instanceof DriftDetail.KeyChanged key) {
      return keyed(key);
    } else if (detail instanceof DriftDetail.TableRenamed renamed) {
      return tableRenamed(renamed);
    } else if (detail instanceof DriftDetail.TableSwapped) {
      return swapped();
    }
    return labels(detail);
  }

  private Optional<String> renamed(DriftDetail.ColumnRenamed column) {
    String from = name(column.from());
    String to = name(column.to());
    if (column.nameWasOf().isPresent()) {
      step(Phase.RESTORE, "In " + table + ", give the columns their former names again.");
      step(
          Phase.EXPAND,
          "Add columns of names that were never used for what is to be called otherwise.");
    } else {
      step(Phase.RESTORE, "In " + table + ", name the column " + from + " again.");
      step(Phase.EXPAND, "Add a nullable column " + to + " of the same type beside it.");
    }
    step(Phase.MIGRATE, "Write both columns, in the application or by a trigger.");
    step(Phase.MIGRATE, "Fill the new column in batches from the old one, by UPDATE.");
    step(Phase.MIGRATE, "Move readers to the new name, one by one. " + SAY_WHEN);
    step(Phase.CONTRACT, "Stop writing the old column, then drop it.");
    return Optional.of(
        column.nameWasOf().isPresent()
            ? "A name now means another column: whoever reads by name gets other values unnoticed"
            : "Whoever reads by the old name fails");
  }

  private Optional<String> removed(DriftDetail.ColumnRemoved column) {
    String gone = name(column.name());
    step(
        Phase.RESTORE,
        "Add the column "
            + gone
            + " of type "
            + name(column.type())
            + " to "
            + table
            + " again, nullable, and fill it from a backup: its values are gone with it.");
    step(Phase.MIGRATE, "Say that it will go and what stands for it. " + SAY_WHEN);
    if (column.nullability() == Nullability.REQUIRED) {
      step(Phase.MIGRATE, "Let it take NULL before writers stop to fill it.");
    }
    step(Phase.CONTRACT, "Stop writing it, see that nobody reads it, then drop it.");
    return Optional.of("Whoever reads the column fails, and its history is gone");
  }

  private Optional<String> readded(DriftDetail.ColumnReadded column) {
    String name = name(column.name());
    step(Phase.RESTORE, "In " + table + ", give the new column another name than " + name + ".");
    step(
        Phase.EXPAND,
        "Add " + name + " of type " + name(column.formerType()) + " again and fill it.");
    step(Phase.MIGRATE, "Move readers to the new column. " + SAY_WHEN);
    step(Phase.CONTRACT, "Drop the old one.");
    return Optional.of(
        "A column of the same name took the place of one that was dropped: its history belongs to"
            + " another");
  }

  private Optional<String> added(DriftDetail.ColumnAdded column) {
    if (column.nullability() != Nullability.REQUIRED) {
      return Optional.empty();
    }
    String name = name(column.name());
    step(Phase.RESTORE, "In " + table + ", let the new column " + name + " take NULL.");
    step(Phase.MIGRATE, "Fill rows that were there, in batches, by UPDATE.");
    step(
        Phase.CONTRACT,
        "Add CHECK (… IS NOT NULL) NOT VALID, validate it, then set NOT NULL and drop the check.");
    return Optional.of("Rows and messages that were written before have no value for the column");
  }

  private Optional<String> retyped(DriftDetail.TypeChanged column) {
    String name = name(column.name());
    step(
        Phase.RESTORE,
        "In "
            + table
            + ", give the column "
            + name
            + " its type "
            + name(column.from())
            + " again, from a backup where values were changed.");
    step(
        Phase.EXPAND,
        "Add a column of another name and of type "
            + name(column.to())
            + " beside it: what changes its meaning changes its name.");
    step(Phase.MIGRATE, "Write both, and fill the new one in batches by UPDATE, which is logged.");
    step(Phase.MIGRATE, "Compare the two, then move readers. " + SAY_WHEN);
    step(Phase.CONTRACT, "Drop the old column.");
    return Optional.of(
        "Readers, mirrors and messages of the old type fail or hold other values, and rewritten"
            + " rows are not in the log");
  }

  private Optional<String> nullable(DriftDetail.NullabilityChanged column) {
    String name = name(column.name());
    if (column.to() == Nullability.REQUIRED) {
      return Optional.empty();
    }
    step(Phase.RESTORE, "In " + table + ", fill " + name + " and set NOT NULL again.");
    step(Phase.EXPAND, "Say from when on the column may be NULL and what that means. " + SAY_WHEN);
    step(Phase.MIGRATE, "Let readers and messages take NULL first.");
    step(Phase.CONTRACT, "Drop NOT NULL, then write NULL.");
    return Optional.of("Readers that count on a value meet NULL");
  }

  private Optional<String> keyed(DriftDetail.KeyChanged key) {
    step(
        Phase.RESTORE,
        "In "
            + table
            + (key.from().isEmpty()
                ? ", let the former replica identity stand."
                : ", keep a unique index over "
                    + names(key.from())
                    + " and let rows be found by"
                    + " it (REPLICA IDENTITY USING INDEX)."));
    step(
        Phase.EXPAND,
        key.to().isEmpty()
            ? "Set REPLICA IDENTITY FULL where there is no key, else UPDATE and DELETE fail."
            : "Build a unique index over " + names(key.to()) + " CONCURRENTLY beside it.");
    step(Phase.MIGRATE, "Let those who merge by the key read all rows anew. " + SAY_WHEN);
    step(Phase.CONTRACT, "Make the new index the key, then drop the old one.");
    return Optional.of(
        "Whoever merges rows by the key finds other rows, or none; messages are keyed otherwise");
  }

  private Optional<String> tableRenamed(DriftDetail.TableRenamed renamed) {
    step(
        Phase.RESTORE,
        "Create a view "
            + name(renamed.from())
            + " with the columns of "
            + name(renamed.to())
            + " one by one, so that those who read by the old name go on.");
    step(Phase.MIGRATE, "Move readers and publications to the new name. " + SAY_WHEN);
    step(Phase.CONTRACT, "Drop the view.");
    return Optional.of("Whoever reads by the old name fails");
  }

  private Optional<String> swapped() {
    step(Phase.RESTORE, "Give the former table its name " + table + " again.");
    step(Phase.EXPAND, "Publish the new table under a name of its own.");
    step(Phase.MIGRATE, "Copy rows by INSERT into it, which is logged, and write both.");
    step(Phase.MIGRATE, "Move readers. " + SAY_WHEN);
    step(Phase.CONTRACT, "Drop the former table.");
    return Optional.of("Another table has the name: nothing in the log says how its rows differ");
  }

  private Optional<String> labels(DriftDetail detail) {
    if (detail instanceof DriftDetail.LabelRenamed label) {
      step(
          Phase.RESTORE,
          "In the type "
              + name(label.type())
              + ", name the label "
              + name(label.from())
              + " again.");
      step(Phase.EXPAND, "Add the label " + name(label.to()) + " beside it.");
      step(
          Phase.MIGRATE,
          "Write the new label and change rows of "
              + table
              + " ("
              + names(label.columns())
              + ") in batches by UPDATE, which is logged.");
      step(Phase.CONTRACT, "Leave the old label unused: a type cannot lose one.");
      return Optional.of("Stored rows read another text, and no event says so");
    } else if (detail instanceof DriftDetail.LabelRemoved label) {
      step(
          Phase.RESTORE,
          "Give the type " + name(label.type()) + " the label " + name(label.label()) + " again.");
      step(Phase.MIGRATE, "Change rows that have it by UPDATE, and write it no more. " + SAY_WHEN);
      step(Phase.CONTRACT, "Leave it unused, or add a column of a new type beside it.");
      return Optional.of("Rows and messages that were written before have a label that is unknown");
    } else if (detail instanceof DriftDetail.LabelsReordered labels) {
      step(
          Phase.EXPAND,
          "Add a column of a type with the new order beside "
              + names(labels.columns())
              + " in "
              + table
              + ", or order by a number.");
      step(Phase.MIGRATE, "Fill it in batches, then move readers. " + SAY_WHEN);
      step(Phase.CONTRACT, "Drop the old column.");
      return Optional.of("Whoever sorts or compares by the column gets another order");
    } else if (detail instanceof DriftDetail.LabelAdded label) {
      step(
          Phase.EXPAND,
          "Add labels of " + name(label.type()) + " at the end: the order of others stays.");
      step(Phase.MIGRATE, "Let readers take the new label before it is written. " + SAY_WHEN);
      return Optional.of("Whoever sorts or compares by the column gets another order");
    }
    return Optional.empty();
  }

  /** Of what the pipeline found itself, without a detail. */
  Optional<String> instead(String kind) {
    switch (kind) {
      case "table.removed" -> {
        step(Phase.RESTORE, "Bring " + table + " back from a backup, with its key.");
        step(Phase.MIGRATE, "Say that it will go and what stands for it. " + SAY_WHEN);
        step(Phase.CONTRACT, "Take it out of the publication, wait, then drop it.");
        return Optional.of("The table is gone for all readers, with its history");
      }
      case "table.truncated" -> {
        step(Phase.RESTORE, "If the rows were needed, insert them again.");
        step(
            Phase.MIGRATE,
            "Instead of TRUNCATE, delete rows of " + table + " in batches: each is logged.");
        step(Phase.MIGRATE, "To reload it, change rows by INSERT … ON CONFLICT and DELETE.");
        return Optional.of(
            "All rows are gone at once, and readers cannot tell a reload from a loss");
      }
      default -> {
        return Optional.empty();
      }
    }
  }
}
