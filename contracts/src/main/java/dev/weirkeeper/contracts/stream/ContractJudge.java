package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Interval;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.PythonRegex;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.RowRules;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.stream.Check.Verdicts;
import dev.weirkeeper.spi.RowJudge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A contract compiled against one version of a relation. Pure, safe to share between threads. */
final class ContractJudge implements RowJudge {
  private static final int SHOWN_MEMBERS = 10;

  /** The number of rows of a transaction that a rule wants. */
  private record Count(Interval within, Violation broken) {}

  private final Contract contract;
  private final Relation relation;
  private final List<Check> checks = new ArrayList<>();
  private final List<Count> counts = new ArrayList<>();
  private final List<Violation> blocks = new ArrayList<>();
  private final List<Violation> emptyBlocks = new ArrayList<>();

  ContractJudge(Contract contract, Relation relation) {
    this.contract = contract;
    this.relation = relation;
    if (contract.rules().isEmpty()) {
      blocks.add(
          new Violation(
              contract.id(),
              "The contract has no rules, and nothing passes unjudged; give it one or remove it"));
    }
    for (Rule rule : contract.rules()) {
      try {
        compile(rule);
      } catch (IllegalArgumentException e) {
        blocks.add(new Violation(rule.id(), "The rule cannot be judged here: " + e.getMessage()));
      }
      if (rule.onEmpty() == Rule.Answer.FAIL) {
        emptyBlocks.add(new Violation(rule.id(), "The transaction must have rows of the table"));
      }
    }
  }

  @Override
  public List<Violation> block(long rows) {
    List<Violation> found = new ArrayList<>(blocks);
    if (rows == 0) {
      found.addAll(emptyBlocks);
    }
    for (Count count : counts) {
      if (rows != ROWS_UNKNOWN && !count.within().contains(rows)) {
        found.add(count.broken());
      }
    }
    return List.copyOf(found);
  }

  @Override
  public Labels label(RowBatch batch) {
    if (!batch.relation().equals(relation)) {
      throw new IllegalArgumentException(
          "The judge of contract "
              + contract.id()
              + " was compiled for version "
              + relation.version().brief()
              + " of "
              + relation.asset()
              + ", not for "
              + batch.relation().version().brief()
              + "; ask Judges.on for each version");
    }
    Labels labels = new Labels();
    for (Check check : checks) {
      check.label(batch, labels);
    }
    return labels;
  }

  private void compile(Rule rule) {
    if (rule.mostly() < 1) {
      throw new IllegalArgumentException(
          "a stream has no total of which a share could be good; check it at a gate for batches");
    }
    if (rule.condition().isPresent()) {
      frames(rule);
      return;
    }
    switch (rule.kind()) {
      case Rule.NOT_NULL ->
          checks.add(new Check.NotNull(column(rule), verdicts(rule, "must not be NULL")));
      case Rule.NULL -> checks.add(new Check.Null(column(rule), verdicts(rule, "must be NULL")));
      case Rule.IN_SET -> set(rule);
      case Rule.NOT_IN_SET -> set(rule);
      case Rule.BETWEEN -> {
        int column = column(rule);
        Range range = rule.terms().as(Range.class);
        checks.add(
            new Check.OfValue(
                column, Ranges.compile(range, form(column)), verdicts(rule, "must be " + range)));
      }
      case Rule.LENGTH_BETWEEN -> {
        int column = column(rule);
        Range range = rule.terms().as(Range.class);
        checks.add(
            new Check.OfValue(
                column,
                new Lengths(Interval.ofCounts(range), textForm(column)),
                verdicts(rule, "must have " + range + " characters")));
      }
      case Rule.MATCHES -> regex(rule, RegexCheck.Found.SOMEWHERE, "must match ");
      case Rule.NOT_MATCHES -> regex(rule, RegexCheck.Found.NOWHERE, "must not match ");
      case Rule.UNIQUE -> {
        int column = column(rule);
        if (!form(column).hasEquality()) {
          throw new IllegalArgumentException(
              "no equality is known for values of type " + type(column));
        }
        checks.add(
            new UniqueCheck(
                column,
                form(column),
                key(),
                verdicts(rule, "must not have a value that another row has too")));
      }
      case Rule.COLUMN_EXISTS -> columnExists(rule);
      case Rule.OF_FORM -> ofForm(rule);
      case Rule.COLUMNS_MATCH -> columnsMatch(rule);
      case Rule.ROW_COUNT_BETWEEN -> {
        Range range = rule.terms().as(Range.class);
        counts.add(
            new Count(
                Interval.ofCounts(range),
                new Violation(
                    rule.id(), "The transaction must have " + range + " rows of the table")));
      }
      case Rule.UNSUPPORTED -> {
        Terms.Unsupported terms = rule.terms().as(Terms.Unsupported.class);
        throw new IllegalArgumentException(terms.expectation() + ": " + terms.reason());
      }
      default -> frames(rule);
    }
  }

  /** Has the memory engine judge it, chunk by chunk. */
  private void frames(Rule rule) {
    if (!RowRules.kinds().contains(rule.kind())) {
      throw new IllegalArgumentException(
          RuleKinds.standard().find(rule.kind()).isPresent()
              ? "it is about a data set as a whole, which a stream never shows;"
                  + " check it at a gate for batches"
              : "no installed rule kind is called '" + rule.kind() + "'");
    }
    Fields fields =
        new Fields(
            relation.columns().stream()
                .map(
                    column ->
                        new Field(column.name(), Form.of(column.type()), column.type().toString()))
                .toList());
    String about = String.join(", ", rule.columns());
    checks.add(
        new FrameCheck(
            RowRules.lower(rule, fields, Mode.STRICT),
            fields,
            new Verdicts(
                new Violation(
                    rule.id(),
                    about
                        + " must keep "
                        + rule.kind()
                        + (rule.condition().isPresent() ? " where the rule applies" : "")),
                new Violation(
                    rule.id(), about + " was not sent or cannot be read, so it cannot be judged"),
                rule.onUnknown())));
  }

  private int column(Rule rule) {
    String name = rule.columns().get(0);
    for (int i = 0; i < relation.columns().size(); i++) {
      if (relation.columns().get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        relation.asset() + " has no column '" + name + "'; mend the contract or the table");
  }

  private String type(int column) {
    return relation.columns().get(column).type().toString();
  }

  private Form form(int column) {
    return Form.of(relation.columns().get(column).type());
  }

  /** The form of a column whose text is asked for. */
  private Form textForm(int column) {
    Form form = form(column);
    if (form == Form.FLOAT || form == Form.TRUTH) {
      throw new IllegalArgumentException(
          "values of type " + type(column) + " have no one text form to be measured");
    }
    return form;
  }

  private int[] key() {
    if (!(relation.identity() instanceof RowIdentity.Key)) {
      return new int[0];
    }
    int[] key = relation.keyIndexes();
    return Arrays.stream(key).anyMatch(index -> index < 0) ? new int[0] : key;
  }

  private void set(Rule rule) {
    int column = column(rule);
    List<Literal> members =
        rule.terms()
            .as(Terms.Members.class)
            .members()
            .orElseThrow(
                () -> new IllegalArgumentException("without a set there is nothing to judge"));
    Check.ValueTest in = Sets.compile(members, form(column));
    String shown =
        String.join(", ", members.stream().limit(SHOWN_MEMBERS).map(Object::toString).toList())
            + (members.size() > SHOWN_MEMBERS
                ? " and " + (members.size() - SHOWN_MEMBERS) + " more"
                : "");
    checks.add(
        rule.kind().equals(Rule.IN_SET)
            ? new Check.OfValue(column, in, verdicts(rule, "must be one of " + shown))
            : new Check.OfValue(
                column,
                (data, offset, length) -> !in.holds(data, offset, length),
                verdicts(rule, "must be none of " + shown)));
  }

  private void regex(Rule rule, RegexCheck.Found good, String must) {
    int column = column(rule);
    String regex = rule.terms().as(Terms.Pattern.class).regex();
    checks.add(
        new RegexCheck(
            column,
            PythonRegex.compile(regex),
            good,
            textForm(column),
            new Verdicts(
                new Violation(rule.id(), rule.columns().get(0) + " " + must + regex),
                new Violation(
                    rule.id(),
                    rule.columns().get(0) + " was not sent, or the pattern took too many steps"),
                rule.onUnknown())));
  }

  private void ofForm(Rule rule) {
    List<Form> forms = rule.terms().as(Terms.Forms.class).forms();
    Form form = Form.of(relation.columns().get(column(rule)).type());
    if (!forms.contains(form)) {
      blocks.add(
          new Violation(
              rule.id(),
              "The column '"
                  + rule.columns().get(0)
                  + "' has values of the form "
                  + form
                  + ", not one of "
                  + forms));
    }
  }

  private void columnExists(Rule rule) {
    String name = rule.columns().get(0);
    Optional<Integer> index = rule.terms().as(Terms.Place.class).index();
    List<String> names = names();
    boolean holds =
        index
            .map(
                place -> {
                  int at = place < 0 ? names.size() + place : place;
                  return at >= 0 && at < names.size() && names.get(at).equals(name);
                })
            .orElse(names.contains(name));
    if (!holds) {
      blocks.add(
          new Violation(
              rule.id(),
              relation.asset()
                  + " must have the column '"
                  + name
                  + "'"
                  + index.map(place -> " at index " + place).orElse("")));
    }
  }

  private void columnsMatch(Rule rule) {
    Terms.Columns terms = rule.terms().as(Terms.Columns.class);
    Set<String> missing = new TreeSet<>(terms.columns());
    names().forEach(missing::remove);
    Set<String> extra = new TreeSet<>(names());
    terms.columns().forEach(extra::remove);
    if (terms.match() == Terms.Match.CONTAINS) {
      extra.clear();
    }
    if (!missing.isEmpty() || !extra.isEmpty()) {
      blocks.add(
          new Violation(
              rule.id(),
              relation.asset()
                  + " does not have the columns of the contract; missing: "
                  + missing
                  + ", not expected: "
                  + extra));
    }
  }

  private List<String> names() {
    return relation.columns().stream().map(column -> column.name()).toList();
  }

  private static Verdicts verdicts(Rule rule, String must) {
    String column = rule.columns().get(0);
    return new Verdicts(
        new Violation(rule.id(), column + " " + must),
        new Violation(rule.id(), column + " was not sent, so it cannot be judged"),
        rule.onUnknown());
  }
}
