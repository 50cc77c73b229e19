package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import java.time.LocalDate;
import java.util.List;

/**
 * A change that no reader and no writer notices while it is made: first the schema holds the old
 * form and the new one (expand), and on a later day, when nobody uses the old one any more, only
 * the new one (contract; M. Fowler and D. Sato call it Parallel Change). The two are migrations of
 * their own: a contract is never run along with its expand.
 *
 * @param contract run on its own, from the schema that is there then
 * @param notBefore the first day of the contract; each of its steps says it, too
 * @param refusals why there is no such change; then there are no steps
 */
public record ExpandContract(
    List<Migration.Step> expand,
    List<Migration.Step> contract,
    LocalDate notBefore,
    List<Refusal> refusals) {

  public ExpandContract {
    expand = List.copyOf(expand);
    contract = List.copyOf(contract);
    requireNonNull(notBefore, "notBefore");
    refusals = List.copyOf(refusals);
  }

  /**
   * A table gets another name, and a view has the old one: it reads and writes the table. What does
   * not go through a view fails by the old name: {@code COPY … FROM} and {@code TRUNCATE}.
   */
  public static ExpandContract renameTable(
      DatabaseSchema schema, ObjectName table, String to, LocalDate notBefore) {
    return new ViewedRename(schema, table, notBefore).ofTable(to);
  }

  /**
   * A column gets another name. A view takes the table's name and has the column under both, the
   * new one last; the table itself is set aside until the contract.
   */
  public static ExpandContract renameColumn(
      DatabaseSchema schema, ObjectName table, String column, String to, LocalDate notBefore) {
    return new ViewedRename(schema, table, notBefore).ofColumn(column, to);
  }

  /**
   * A column gets another type without the table being written anew under a lock: a second column
   * is kept up by a trigger and filled in batches, then the two change names.
   *
   * @param type as {@code format_type} writes it; every value of the column has to fit
   */
  public static ExpandContract changeType(
      DatabaseSchema schema, ObjectName table, String column, String type, LocalDate notBefore) {
    return TypeChanges.expand(schema, table, column, type, notBefore);
  }

  static ExpandContract refused(LocalDate notBefore, Refusal refusal) {
    return new ExpandContract(List.of(), List.of(), notBefore, List.of(refusal));
  }
}
