package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Settings.sound;
import static dev.weirkeeper.drift.Settings.thing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.taxonomy.Change;
import dev.weirkeeper.drift.taxonomy.Taxonomy;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SettingsDriftTest {
  private static List<Finding> between(Settings before, Settings now) {
    return new SettingsDrift().detect(before.seen(), now.seen()).findings();
  }

  private static Finding only(Settings before, Settings now) {
    List<Finding> findings = between(before, now);
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  private static List<String> kinds(Settings before, Settings now) {
    return between(before, now).stream().map(Finding::kind).toList();
  }

  @Test
  void a_table_out_of_its_publication_loses_rows_and_nothing_else_is_said() {
    Finding finding =
        only(
            sound(),
            sound()
                .without(Setting.PUBLICATION_MEMBER)
                .unasked(Setting.PUBLICATION_OPERATIONS)
                .unasked(Setting.PUBLICATION_COLUMNS));

    assertThat(finding.kind()).isEqualTo("publication.table-dropped");
    assertThat(finding.verdict()).isEqualTo(Verdict.BREAKING);
    assertThat(finding.flags())
        .containsExactlyInAnyOrder(Flag.RESYNC, Flag.SCOPE, Flag.PROVISIONAL);
  }

  @Test
  void a_member_that_was_put_back_was_away_for_a_while() {
    assertThat(kinds(sound(), sound().with(Setting.PUBLICATION_MEMBER, "1/9/3")))
        .containsExactly("publication.table-dropped");
    assertThat(
            kinds(
                sound().without(Setting.PUBLICATION_MEMBER),
                sound().with(Setting.PUBLICATION_MEMBER, "1/9/3")))
        .as("that it came back is no loss")
        .isEmpty();
  }

  @Test
  void columns_and_operations_that_are_left_out_are_lost_and_those_that_come_are_not() {
    Settings some = sound().with(Setting.PUBLICATION_COLUMNS, "1,2");
    Settings inserts = sound().with(Setting.PUBLICATION_OPERATIONS, "insert");

    assertThat(only(sound(), some).flags()).contains(Flag.RESYNC, Flag.SCOPE);
    assertThat(only(some, sound()).flags()).doesNotContain(Flag.RESYNC);
    assertThat(only(sound(), inserts).verdict()).isEqualTo(Verdict.LOSSY);
    assertThat(only(inserts, sound()).verdict()).isEqualTo(Verdict.METADATA);
    assertThat(only(sound(), sound().with(Setting.PUBLICATION_ROW_FILTER, "f00")).kind())
        .isEqualTo("publication.row-filter");
    assertThat(only(sound(), sound().with(Setting.PUBLICATION_VIA_ROOT, "false")).kind())
        .isEqualTo("publication.via-root");
  }

  @Test
  void row_security_that_hides_rows_is_worse_than_one_that_does_not() {
    Settings guarded = sound().with(Setting.ROW_SECURITY, "on");
    Settings hidden =
        sound().with(Setting.ROW_SECURITY, "on").with(Setting.ROW_SECURITY_HIDES, "true");

    assertThat(only(sound(), guarded).verdict()).isEqualTo(Verdict.SEMANTIC);
    assertThat(only(sound(), hidden).verdict()).isEqualTo(Verdict.BREAKING);
    assertThat(only(guarded, sound()).verdict()).isEqualTo(Verdict.METADATA);
    assertThat(only(sound(), sound().with(Setting.GRANT_SELECT, "false")).flags())
        .contains(Flag.GOVERNANCE);
  }

  @Test
  void an_identity_is_lost_where_no_row_can_be_found_again() {
    Settings nothing =
        sound().with(Setting.REPLICA_IDENTITY, "nothing").without(Setting.REPLICA_IDENTITY_KEY);
    Settings full =
        sound().with(Setting.REPLICA_IDENTITY, "full").without(Setting.REPLICA_IDENTITY_KEY);

    assertThat(only(sound(), nothing).kind()).isEqualTo("replica-identity.lost");
    assertThat(only(sound(), full).kind()).isEqualTo("replica-identity.widened");
    assertThat(only(nothing, sound()).kind()).isEqualTo("replica-identity.widened");
    assertThat(only(sound(), sound().without(Setting.REPLICA_IDENTITY_KEY)).kind())
        .as("the primary key is gone")
        .isEqualTo("replica-identity.lost");
  }

  @Test
  void a_rewrite_is_told_only_where_nothing_else_explains_it() {
    Settings rewritten =
        sound()
            .with(Setting.TABLE_STORAGE, "16500/800")
            .with(
                Setting.TABLE_COLUMNS,
                thing("1", "plain", "id", "700"),
                thing("2", "plain", "a", "800"));
    Settings vacuumed = sound().with(Setting.TABLE_STORAGE, "16500/800");
    Settings retyped =
        sound()
            .with(Setting.TABLE_STORAGE, "16500/800")
            .with(
                Setting.TABLE_COLUMNS,
                thing("1", "plain", "id", "700"),
                thing("2", "plain", "b", "800"));
    Settings forgotten =
        sound()
            .with(
                Setting.TABLE_COLUMNS,
                thing("1", "plain", "id", "700"),
                thing("2", "missing", "a", "700"));
    Settings otherwise =
        sound()
            .with(Setting.TABLE_STORAGE, "16500/800")
            .with(
                Setting.TABLE_COLUMNS,
                thing("1", "plain", "id", "700"),
                thing("2", "plain", "a", "799"));

    assertThat(only(sound(), rewritten).kind()).isEqualTo("table.rewritten");
    assertThat(only(sound(), rewritten).flags()).contains(Flag.RESYNC);
    assertThat(between(sound(), vacuumed)).isEmpty();
    assertThat(between(sound(), retyped)).as("the schema detector's").isEmpty();
    assertThat(between(forgotten, rewritten)).as("VACUUM FULL forgot a missing value").isEmpty();
    assertThat(between(sound(), otherwise)).as("two transactions").isEmpty();
  }

  @Test
  void partitions_that_bring_rows_are_told_from_those_that_were_made_empty() {
    Settings before = sound().with(Setting.PARTITIONS, thing("5", "made", "f5", "counted"));

    assertThat(
            kinds(
                before,
                sound()
                    .with(
                        Setting.PARTITIONS,
                        thing("5", "made", "f5", "uncounted"),
                        thing("6", "made", "f6", "uncounted"))))
        .containsExactly("partition.created");
    assertThat(
            kinds(
                before,
                sound()
                    .with(
                        Setting.PARTITIONS,
                        thing("5", "made", "f9", "uncounted"),
                        thing("6", "attached", "f6", "uncounted"))))
        .containsExactly("partition.moved", "partition.moved");
    assertThat(kinds(before, sound().without(Setting.PARTITIONS)))
        .containsExactly("partition.moved");
    assertThat(kinds(before, sound().with(Setting.PARTITIONS, thing("5", "made", "f9", "counted"))))
        .as("a rewrite counts the rows")
        .isEmpty();
  }

  @Test
  void a_constraint_made_anew_under_its_name_is_a_change_of_it() {
    Settings before = sound().with(Setting.CONSTRAINTS, thing("9", "foreign", "s1", ""));
    Settings anew =
        sound().with(Setting.CONSTRAINTS, new Setting.Thing("10", "n9", "foreign", "s2", ""));
    Settings same =
        sound().with(Setting.CONSTRAINTS, new Setting.Thing("10", "n9", "foreign", "s1", ""));

    assertThat(kinds(before, anew)).containsExactly("fk.changed");
    assertThat(between(before, same)).isEmpty();
    assertThat(kinds(before, sound())).containsExactly("fk.removed");
    assertThat(kinds(sound(), before)).containsExactly("fk.added");
  }

  @Test
  void a_constraint_that_holds_less_than_before_may_let_other_rows_in() {
    Settings held = sound().with(Setting.CONSTRAINTS, thing("9", "check", "s", ""));
    Settings loose = sound().with(Setting.CONSTRAINTS, thing("9", "check", "s", "not-enforced"));

    assertThat(only(held, loose).verdict()).isEqualTo(Verdict.SEMANTIC);
    assertThat(only(loose, held).verdict()).isEqualTo(Verdict.COMPATIBLE);
  }

  @Test
  void the_slot_is_lost_when_it_is_gone_or_the_source_removed_its_log() {
    assertThat(only(sound(), sound().with(Setting.SLOT, "lost")).kind()).isEqualTo("slot.lost");
    assertThat(only(sound(), sound().without(Setting.SLOT)).kind()).isEqualTo("slot.lost");
    assertThat(between(sound(), sound().with(Setting.SLOT, "extended"))).isEmpty();
  }

  @Test
  void a_table_that_is_gone_is_one_finding() {
    Settings gone = new Settings().without(Setting.TABLE);

    assertThat(kinds(sound(), gone)).containsExactly("table.removed");
  }

  @Test
  void invariant_8_what_is_unknown_gives_no_finding_and_keeps_what_was_known() {
    Settings unknown = sound().unknown(Setting.PUBLICATION_MEMBER);
    Observation next = new SettingsDrift().detect(sound().seen(), unknown.seen()).nextBaseline();

    assertThat(between(sound(), unknown)).isEmpty();
    assertThat(
            new SettingsDrift()
                .detect(next, sound().without(Setting.PUBLICATION_MEMBER).seen())
                .findings())
        .extracting(Finding::kind)
        .containsExactly("publication.table-dropped");
  }

  @Test
  void kinds_are_told_apart_by_ids_that_no_two_settings_share() {
    Set<String> ids = new HashSet<>();
    for (Setting setting : Setting.values()) {
      assertThat(ids.add(setting.id())).as(setting.id()).isTrue();
    }
  }

  @Test
  void what_a_look_finds_is_judged_for_consumers_by_the_verdict_that_it_has() {
    for (SettingKind kind : SettingKind.values()) {
      Finding finding =
          new Finding(
              "settings-drift",
              Relations.ORDERS,
              kind.kind,
              "",
              kind.verdict,
              kind.flags,
              Json.empty(),
              Optional.empty(),
              Optional.empty());

      assertThat(Taxonomy.standard().of(finding)).as(kind.name()).isPresent();
      assertThat(Change.of(finding).verdict()).as(kind.name()).isEqualTo(kind.verdict);
    }
  }
}
