package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Probe;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.TypeChange;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.migrate.LossCount;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.taxonomy.LossQuestion;
import dev.weirkeeper.spi.ProgressListener;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Counts in the older of two databases what each change would lose, whether or not a plan refuses
 * it. Shows no value.
 */
final class DriftLosses {
  private static final Set<TypeChange> LOSING =
      Set.of(TypeChange.NARROWED, TypeChange.ROUNDED, TypeChange.REPLACED);

  private final SchemaComparison comparison;
  private final LossCount count;
  private final NamedTypes before;
  private final NamedTypes after;
  private final List<Question> questions = new ArrayList<>();

  DriftLosses(SchemaComparison comparison, LossCount count) {
    this.comparison = requireNonNull(comparison, "comparison");
    this.count = requireNonNull(count, "count");
    before = NamedTypes.held(comparison.from());
    after = NamedTypes.wanted(comparison.to());
    comparison.changes().forEach(this::ask);
    askForLabels();
  }

  /**
   * What one change loses, for programs too.
   *
   * @param on by its name in the database that was asked
   * @param lost values or rows; empty if that is not known, and then {@code unknown} says why
   * @param of so many values or rows
   * @param rounded those of the lost that would become others without an error
   * @param found the numbers in words
   */
  record Loss(
      String kind,
      String on,
      Optional<Long> lost,
      Optional<Long> of,
      Optional<Long> rounded,
      Optional<String> found,
      Optional<String> unknown) {
    private static Loss counted(Question question, long lost, long of, long rounded, String found) {
      return new Loss(
          question.kind(),
          question.on().toString(),
          Optional.of(lost),
          Optional.of(of),
          Optional.of(rounded),
          Optional.of(found),
          Optional.empty());
    }

    private static Loss unknown(Question question, String why) {
      return new Loss(
          question.kind(),
          question.on().toString(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.of(why));
    }
  }

  private record Numbers(long lost, long of, long rounded, String found) {}

  private record Question(String kind, Item on, Function<Connection, Probe<Numbers>> ask) {}

  /**
   * Asks one question after the other, each in a read-only transaction and within the limit.
   *
   * @param connection to the older database, in auto-commit mode
   */
  List<Loss> count(Connection connection, ProgressListener progress) {
    List<Loss> losses = new ArrayList<>();
    for (Question question : questions) {
      progress.progress(
          losses.size(),
          OptionalLong.of(questions.size()),
          "changes are counted, now " + question.on());
      losses.add(loss(question, question.ask().apply(connection)));
    }
    return losses;
  }

  private static Loss loss(Question question, Probe<Numbers> answer) {
    if (answer instanceof Probe.Value<Numbers> counted) {
      Numbers numbers = counted.value();
      return Loss.counted(
          question, numbers.lost(), numbers.of(), numbers.rounded(), numbers.found());
    }
    return Loss.unknown(
        question,
        answer instanceof Probe.Unknown<Numbers> unknown
            ? unknown.why()
            : "The database said nothing");
  }

  private void ask(SchemaChange change) {
    Item subject = change.subject();
    if (change instanceof SchemaChange.Removed && subject.kind() == Item.Kind.COLUMN) {
      askForValues(change.kind(), subject);
    } else if (change instanceof SchemaChange.Removed && change.kind().equals("table.removed")) {
      questions.add(new Question(change.kind(), subject, each -> rows(each, subject)));
    } else if (change instanceof SchemaChange.Altered altered
        && subject.kind() == Item.Kind.COLUMN) {
      ask(altered);
    }
  }

  private void ask(SchemaChange.Altered altered) {
    Item on = altered.former();
    if (altered.property() == Property.TYPE) {
      Type from = before.of(altered.before().orElseThrow());
      Type to = after.of(altered.after().orElseThrow());
      if (LossQuestion.answers(from, to) || LOSING.contains(TypeChange.of(from, to))) {
        askForFit(altered.kind(), on, from, to);
      }
    } else if (altered.kind().equals("column.nullability-tightened")) {
      questions.add(new Question(altered.kind(), on, each -> missing(each, on)));
    } else if (altered.kind().equals("column.generated-added")) {
      askForValues(altered.kind(), on);
    }
  }

  /** A label takes with it the values of all columns of its type that stay as they are. */
  private void askForLabels() {
    Map<Item, Set<String>> removed = new LinkedHashMap<>();
    Set<Item> gone = new HashSet<>();
    for (SchemaChange change : comparison.changes()) {
      if (change instanceof SchemaChange.Removed && change.subject().kind() == Item.Kind.LABEL) {
        removed
            .computeIfAbsent(
                Item.of(Item.Kind.ENUM, change.subject().name()), each -> new HashSet<>())
            .add(change.subject().part());
      } else if (change instanceof SchemaChange.Removed) {
        gone.add(change.subject());
      } else if (change instanceof SchemaChange.Altered altered
          && altered.property() == Property.TYPE) {
        gone.add(altered.former());
      }
    }
    for (EnumType type : comparison.from().enums()) {
      Set<String> labels = removed.get(Item.of(Item.Kind.ENUM, type.name()));
      if (labels != null) {
        askForLabels(type, labels, gone);
      }
    }
  }

  private void askForLabels(EnumType type, Set<String> labels, Set<Item> gone) {
    Type all = NamedTypes.labelled(type, "");
    for (Table table : comparison.from().tables()) {
      for (TableColumn column : table.columns()) {
        Item on = Item.column(table.name(), column.name());
        Type from = before.of(column.type());
        boolean stays =
            !gone.contains(on) && !gone.contains(Item.of(Item.Kind.TABLE, table.name()));
        if (stays && from.labels().equals(all.labels())) {
          List<Type.Label> kept =
              from.labels().stream().filter(label -> !labels.contains(label.name())).toList();
          askForFit("enum.label-removed", on, from, new Type(from.name(), List.of(), kept));
        }
      }
    }
  }

  private void askForFit(String kind, Item on, Type from, Type to) {
    LossQuestion question =
        new LossQuestion(on.name().schema(), on.name().name(), on.part(), from, to);
    questions.add(
        new Question(
            kind,
            on,
            each ->
                map(
                    count.of(each, question),
                    answer ->
                        new Numbers(
                            answer.lost(), answer.values(), answer.rounded(), answer.toString()))));
  }

  private void askForValues(String kind, Item on) {
    questions.add(
        new Question(
            kind,
            on,
            each ->
                map(
                    count.values(each, on.name(), on.part()),
                    filled ->
                        new Numbers(
                            filled.values(),
                            filled.rows(),
                            0,
                            filled.values() + " of " + filled.rows() + " rows have a value"))));
  }

  private Probe<Numbers> missing(Connection connection, Item on) {
    return map(
        count.values(connection, on.name(), on.part()),
        filled -> {
          long missing = filled.rows() - filled.values();
          return new Numbers(
              missing, filled.rows(), 0, missing + " of " + filled.rows() + " rows have no value");
        });
  }

  private Probe<Numbers> rows(Connection connection, Item on) {
    return map(
        count.rows(connection, on.name()),
        all -> new Numbers(all.rows(), all.rows(), 0, all.rows() + " rows are in the table"));
  }

  private static <T> Probe<Numbers> map(Probe<T> answer, Function<T, Numbers> numbers) {
    if (answer instanceof Probe.Value<T> value) {
      return new Probe.Value<>(numbers.apply(value.value()));
    }
    return answer instanceof Probe.Unknown<T> unknown
        ? new Probe.Unknown<>(unknown.why())
        : new Probe.Empty<>();
  }
}
