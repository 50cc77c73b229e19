package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Plans what happens to domains. */
final class DomainOps {
  private static final String KIND = "domain.changed";

  private final Draft draft;

  DomainOps(Draft draft) {
    this.draft = draft;
  }

  void all() {
    for (DomainType domain : draft.matching.domains.added()) {
      draft.add(
          Op.Act.CREATE,
          item(domain),
          Ranks.TYPE,
          KIND,
          () ->
              draft
                  .step(KIND, domain.name())
                  .sql(create(domain))
                  .sql(unvalidated(domain))
                  .probe(Probes.type(domain.name()))
                  .undo("DROP DOMAIN " + Sql.name(domain.name()))
                  .verify("The domain is there"));
      comment(domain, Comments.Made.NOW);
    }
    for (DomainType domain : draft.matching.domains.removed()) {
      TypeDrops.drop(draft, KIND, Item.of(Item.Kind.DOMAIN, draft.former.of(domain.name())));
    }
    for (Pair<DomainType> pair : draft.matching.domains.both()) {
      if (draft.upheaval.swapped.contains(item(pair.to()))) {
        boolean narrows = ColumnCast.of(pair.from().base(), pair.to().base()).destructive();
        draft.guarded(
            KIND,
            item(pair.to()),
            () -> new TypeSwap(draft).swap(item(pair.to()), KIND, create(pair.to()), narrows));
        comment(pair.to(), Comments.Made.NOW);
      } else {
        draft.guarded(KIND, item(pair.to()), () -> change(pair.from(), pair.to()));
      }
    }
  }

  private static Item item(DomainType domain) {
    return Item.of(Item.Kind.DOMAIN, domain.name());
  }

  static String create(DomainType domain) {
    StringBuilder sql =
        new StringBuilder("CREATE DOMAIN ")
            .append(Sql.name(domain.name()))
            .append(" AS ")
            .append(domain.base());
    domain.collation().ifPresent(each -> sql.append(" COLLATE ").append(each));
    domain.defaultValue().ifPresent(each -> sql.append(" DEFAULT ").append(each));
    if (domain.nullability() == Nullability.REQUIRED) {
      sql.append(" NOT NULL");
    }
    for (DomainType.Check check : domain.checks()) {
      if (check.validity() == Constraint.Validity.VALID) {
        sql.append(" CONSTRAINT ")
            .append(Sql.name(check.name()))
            .append(' ')
            .append(Deparse.readable(check.definition()));
      }
    }
    return sql.toString();
  }

  private static String[] unvalidated(DomainType domain) {
    return domain.checks().stream()
        .filter(check -> check.validity() == Constraint.Validity.NOT_VALID)
        .map(check -> add(domain, check))
        .toArray(String[]::new);
  }

  private static String alter(DomainType domain) {
    return "ALTER DOMAIN " + Sql.name(domain.name());
  }

  private static String add(DomainType domain, DomainType.Check check) {
    return alter(domain)
        + " ADD CONSTRAINT "
        + Sql.name(check.name())
        + " "
        + Deparse.readable(check.definition());
  }

  private void change(DomainType a, DomainType b) {
    Optional<String> fallback = b.defaultValue();
    boolean sameDefault =
        a.defaultValue().isPresent() == fallback.isPresent()
            && (fallback.isEmpty()
                || draft.matching.names.same(
                    a.defaultValue().orElseThrow(), fallback.get(), Map.of()));
    if (!sameDefault) {
      add(
          b,
          () ->
              step(b)
                  .sql(
                      alter(b)
                          + fallback.map(each -> " SET DEFAULT " + each).orElse(" DROP DEFAULT")));
    }
    if (a.nullability() != b.nullability()) {
      boolean required = b.nullability() == Nullability.REQUIRED;
      add(
          b,
          () -> {
            StepDraft step =
                step(b).sql(alter(b) + (required ? " SET NOT NULL" : " DROP NOT NULL"));
            return required ? read(step, b) : step;
          });
    }
    checks(a, b);
    if (!a.comment().equals(b.comment())) {
      comment(b, Comments.Made.BEFORE);
    }
  }

  private StepDraft step(DomainType domain) {
    return draft.step(KIND, domain.name()).verify("The domain is as planned");
  }

  private void add(DomainType domain, Supplier<StepDraft> step) {
    draft.add(Op.Act.ALTER, item(domain), Ranks.ALTER_TYPE, KIND, step);
  }

  private void checks(DomainType a, DomainType b) {
    List<DomainType.Check> gone = new ArrayList<>();
    List<DomainType.Check> come = new ArrayList<>();
    List<DomainType.Check> validated = new ArrayList<>();
    for (DomainType.Check now : b.checks()) {
      Optional<DomainType.Check> old =
          a.checks().stream().filter(each -> each.name().equals(now.name())).findFirst();
      boolean same = old.filter(each -> sameCheck(each, now)).isPresent();
      boolean kept =
          same
              && (old.orElseThrow().validity() == now.validity()
                  || now.validity() == Constraint.Validity.VALID);
      if (!kept) {
        old.ifPresent(gone::add);
        come.add(now);
      } else if (old.orElseThrow().validity() != now.validity()) {
        validated.add(now);
      }
    }
    a.checks().stream()
        .filter(old -> b.checks().stream().noneMatch(now -> now.name().equals(old.name())))
        .forEach(gone::add);
    for (DomainType.Check check : come) {
      add(b, () -> replace(b, check, gone));
    }
    gone.stream()
        .filter(old -> come.stream().noneMatch(now -> now.name().equals(old.name())))
        .forEach(
            old ->
                add(
                    b,
                    () ->
                        step(b)
                            .sql(alter(b) + " DROP CONSTRAINT " + Sql.name(old.name()))
                            .undo(add(b, old))));
    for (DomainType.Check check : validated) {
      add(
          b,
          () -> read(step(b).sql(alter(b) + " VALIDATE CONSTRAINT " + Sql.name(check.name())), b));
    }
  }

  /** The old check holds until the new one does: both are changed in one transaction. */
  private StepDraft replace(DomainType b, DomainType.Check check, List<DomainType.Check> gone) {
    StepDraft step = step(b);
    if (gone.stream().anyMatch(old -> old.name().equals(check.name()))) {
      step.sql(alter(b) + " DROP CONSTRAINT " + Sql.name(check.name()));
    }
    step.sql(add(b, check));
    return check.validity() == Constraint.Validity.NOT_VALID ? step : read(step, b);
  }

  /**
   * All tables that have a column of the domain, or of one that is made of it, are read and take no
   * writes meanwhile; validating in a step of its own does not spare them that.
   */
  private StepDraft read(StepDraft step, DomainType domain) {
    Set<Item> made = new HashSet<>(Set.of(item(domain)));
    Deque<Item> open = new ArrayDeque<>(made);
    while (!open.isEmpty()) {
      Item type = open.remove();
      for (Dependency each : draft.former.dependencies(draft.from)) {
        if (each.on().equals(type) && made.add(each.dependent())) {
          switch (each.dependent().kind()) {
            case DOMAIN -> open.add(each.dependent());
            case COLUMN -> step.lock(each.dependent().name(), LockMode.SHARE);
            default -> {
              // Holds no values.
            }
          }
        }
      }
    }
    return step.work(Work.SCAN);
  }

  private boolean sameCheck(DomainType.Check old, DomainType.Check now) {
    return draft.matching.names.same(
        ConstraintText.bare(old.definition()), ConstraintText.bare(now.definition()), Map.of());
  }

  private void comment(DomainType domain, Comments.Made made) {
    Comments.on(
        draft, Comments.named("DOMAIN", domain.name()), item(domain), KIND, domain.comment(), made);
  }
}
