package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The part of the data that one team owns, with what it bears and who may approve acts on it (the
 * domain ownership of a data mesh).
 *
 * @param assets which assets, with their system: {@code shop:public.*}, {@code warehouse:public.*}
 * @param approvers principals of the persons who may approve acts on them
 * @param limit what nobody goes beyond on these assets, within the limit of the host
 * @param tolerance how much drift they bear without a person
 * @param autonomy how far policies may go on them
 * @param personsForIrreversible how many persons must approve an act that cannot be taken back; one
 *     person is enough for others
 */
public record Domain(
    String name,
    Set<NamePattern> assets,
    Set<String> approvers,
    Effect limit,
    Tolerance tolerance,
    Autonomy autonomy,
    int personsForIrreversible) {

  /** Of what nobody owns: nobody can approve, and plans wait for a person. */
  static final Domain UNOWNED = named("unowned");

  public Domain {
    requireNonNull(name, "name");
    assets = Set.copyOf(assets);
    approvers = Set.copyOf(approvers);
    requireNonNull(limit, "limit");
    requireNonNull(tolerance, "tolerance");
    requireNonNull(autonomy, "autonomy");
    if (personsForIrreversible < 1) {
      throw new IllegalArgumentException(
          "An approval takes at least one person, got " + personsForIrreversible);
    }
  }

  /** A domain that owns nothing yet: standard tolerance, plans wait for a person. */
  public static Domain named(String name) {
    return new Domain(
        name, Set.of(), Set.of(), Effect.DESTRUCTIVE, Tolerance.STANDARD, Autonomy.PROPOSE, 2);
  }

  public Domain owning(String... patterns) {
    return new Domain(
        name,
        NamePattern.of(patterns),
        approvers,
        limit,
        tolerance,
        autonomy,
        personsForIrreversible);
  }

  public Domain approvedBy(String... principals) {
    return new Domain(
        name,
        assets,
        new LinkedHashSet<>(List.of(principals)),
        limit,
        tolerance,
        autonomy,
        personsForIrreversible);
  }

  public Domain upTo(Effect most) {
    return new Domain(name, assets, approvers, most, tolerance, autonomy, personsForIrreversible);
  }

  public Domain bearing(Tolerance drift) {
    return new Domain(name, assets, approvers, limit, drift, autonomy, personsForIrreversible);
  }

  public Domain autonomy(Autonomy policies) {
    return new Domain(name, assets, approvers, limit, tolerance, policies, personsForIrreversible);
  }

  public Domain personsForIrreversible(int persons) {
    return new Domain(name, assets, approvers, limit, tolerance, autonomy, persons);
  }

  /** How many persons must approve a call of a tool here. */
  int personsFor(ToolSpec tool) {
    return tool.undo() == Undo.NONE ? personsForIrreversible : 1;
  }
}
