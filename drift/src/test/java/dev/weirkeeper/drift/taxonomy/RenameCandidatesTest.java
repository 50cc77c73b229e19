package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.weirkeeper.drift.taxonomy.RenameEvidence.Declared;
import dev.weirkeeper.drift.taxonomy.RenameEvidence.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RenameCandidatesTest {
  private static final String SCOPE = "public.orders";

  private static List<Renamable> columns(String... namesAndTypes) {
    return Arrays.stream(namesAndTypes)
        .map(text -> text.split(" "))
        .map(parts -> Renamable.of("column", SCOPE, parts[0], parts[1]))
        .toList();
  }

  private static Renamable identified(String name, String id) {
    return new Renamable(
        "column", SCOPE, name, "int4", Optional.of(id), Optional.empty(), Set.of());
  }

  private static Values equal(String from, String to, long rows, long equal) {
    return new Values(SCOPE, from, to, rows, equal, Math.min(equal, 400));
  }

  private static final List<Renamable> BEFORE = columns("id int8", "username text", "age int4");
  private static final List<Renamable> AFTER = columns("id int8", "user_name text", "age int4");

  @Test
  void a_rename_that_looks_certain_is_still_a_question() {
    RenameFindings found = RenameCandidates.between(BEFORE, AFTER, RenameEvidence.none());

    assertThat(found.renames()).isEmpty();
    RenameQuestion question = found.questions().get(0);
    assertThat(question.from()).isEqualTo("username");
    assertThat(question.proposed()).contains("user_name");
    assertThat(question.candidates().get(0).reasons())
        .containsExactly("the same type", "between the same neighbours", "like names");
  }

  @Test
  void identity_decides_whatever_the_names_say() {
    RenameFindings swapped =
        RenameCandidates.between(
            List.of(identified("a", "1"), identified("b", "2")),
            List.of(identified("b", "1"), identified("a", "2")),
            RenameEvidence.none());
    RenameFindings readded =
        RenameCandidates.between(
            List.of(identified("a", "1")),
            List.of(identified("x", "3")),
            RenameEvidence.none()
                .and(new Declared("column", SCOPE, "a", "x"))
                .and(equal("a", "x", 5_000, 5_000)));

    assertThat(swapped.renames())
        .extracting(Rename::from, Rename::to, Rename::basis)
        .containsExactly(
            tuple("a", "b", Rename.Basis.IDENTITY), tuple("b", "a", Rename.Basis.IDENTITY));
    assertThat(swapped.questions()).isEmpty();
    assertThat(readded.renames()).extracting(Rename::basis).containsExactly(Rename.Basis.VALUES);
  }

  @Test
  void a_declaration_counts_once_and_only_where_it_can_be_true() {
    Declared said = new Declared("column", SCOPE, "username", "user_name");

    assertThat(RenameCandidates.between(BEFORE, AFTER, RenameEvidence.none().and(said)).renames())
        .containsExactly(
            new Rename("column", SCOPE, "username", "user_name", Rename.Basis.DECLARED));
    for (Declared untrue :
        List.of(
            new Declared("column", SCOPE, "login", "user_name"),
            new Declared("column", SCOPE, "id", "user_name"),
            new Declared("column", SCOPE, "username", "age"),
            new Declared("column", "public.users", "username", "user_name"),
            new Declared("index", SCOPE, "username", "user_name"))) {
      assertThat(
              RenameCandidates.between(BEFORE, AFTER, RenameEvidence.none().and(untrue)).renames())
          .as(untrue.toString())
          .isEmpty();
    }
    List<Renamable> two = columns("id int8", "user_name text", "nick text", "age int4");
    assertThat(
            RenameCandidates.between(
                    BEFORE,
                    two,
                    RenameEvidence.none()
                        .and(said)
                        .and(new Declared("column", SCOPE, "username", "nick")))
                .renames())
        .isEmpty();
  }

  @Test
  void values_decide_only_where_they_are_enough_and_nothing_else_comes_near() {
    List<Renamable> before = columns("id int8", "a int4", "b int4");
    List<Renamable> after = columns("id int8", "x int4", "y int4");
    RenameEvidence others =
        RenameEvidence.none()
            .and(equal("a", "y", 2_000, 3))
            .and(equal("b", "x", 2_000, 4))
            .and(equal("b", "y", 2_000, 900));

    assertThat(
            RenameCandidates.between(before, after, others.and(equal("a", "x", 2_000, 1_980)))
                .renames())
        .containsExactly(new Rename("column", SCOPE, "a", "x", Rename.Basis.VALUES));
    for (Values tooLittle :
        List.of(
            equal("a", "x", 999, 999),
            equal("a", "x", 2_000, 1_979),
            new Values(SCOPE, "a", "x", 2_000, 2_000, 49))) {
      assertThat(RenameCandidates.between(before, after, others.and(tooLittle)).renames())
          .as(tooLittle.toString())
          .isEmpty();
    }
    RenameEvidence rival = RenameEvidence.none().and(equal("a", "x", 2_000, 2_000));
    assertThat(RenameCandidates.between(before, after, rival).renames())
        .as("the others were not counted")
        .isEmpty();
    assertThat(
            RenameCandidates.between(
                    before,
                    after,
                    rival
                        .and(equal("a", "y", 2_000, 1_001))
                        .and(equal("b", "x", 2_000, 0))
                        .and(equal("b", "y", 2_000, 0)))
                .renames())
        .as("another comes within a factor of two")
        .isEmpty();
  }

  @Test
  void values_that_moved_between_names_that_stayed_are_asked_about() {
    List<Renamable> same = columns("id int8", "a text", "b text");

    RenameFindings found =
        RenameCandidates.between(
            same,
            same,
            RenameEvidence.none()
                .and(equal("a", "b", 2_000, 2_000))
                .and(equal("b", "a", 2_000, 2_000))
                .and(equal("a", "a", 2_000, 1))
                .and(equal("b", "b", 2_000, 1)));

    assertThat(found.renames()).isEmpty();
    assertThat(found.questions())
        .extracting(RenameQuestion::from, question -> question.candidates().get(0).to())
        .containsExactly(tuple("a", "b"), tuple("b", "a"));
  }

  @Test
  void a_comment_and_keys_speak_for_a_candidate() {
    Renamable old =
        new Renamable(
            "column",
            SCOPE,
            "a",
            "int4",
            Optional.empty(),
            Optional.of("customer age"),
            Set.of("index 1"));
    Renamable renamed =
        new Renamable(
            "column",
            SCOPE,
            "customer_age",
            "int8",
            Optional.empty(),
            Optional.of("customer age"),
            Set.of("index 1"));
    Renamable other = Renamable.of("column", SCOPE, "zz", "int8");

    RenameQuestion question =
        RenameCandidates.between(List.of(old), List.of(other, renamed), RenameEvidence.none())
            .questions()
            .get(0);

    assertThat(question.candidates().get(0).to()).isEqualTo("customer_age");
    assertThat(question.candidates().get(0).reasons())
        .contains("the same comment", "takes part in the same keys and indexes");
  }

  @Test
  void things_that_cannot_be_compared_are_refused() {
    assertThatThrownBy(
            () ->
                RenameCandidates.between(
                    BEFORE, List.of(Renamable.of("index", SCOPE, "i", "x")), RenameEvidence.none()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> RenameCandidates.between(columns("a x", "a y"), AFTER, RenameEvidence.none()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Values(SCOPE, "a", "b", 1, 2, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(RenameCandidates.between(List.of(), AFTER, RenameEvidence.none()))
        .isEqualTo(new RenameFindings(List.of(), List.of()));
  }

  @Test
  void six_hundred_columns_renamed_at_once_are_asked_about_in_bounded_time() {
    List<Renamable> before =
        columns(IntStream.range(0, 600).mapToObj(i -> "a" + i + " int4").toArray(String[]::new));
    List<Renamable> after =
        columns(IntStream.range(0, 600).mapToObj(i -> "b" + i + " int4").toArray(String[]::new));

    RenameFindings found = RenameCandidates.between(before, after, RenameEvidence.none());

    assertThat(found.questions()).hasSize(600);
    assertThat(found.questions()).allMatch(question -> question.candidates().size() <= 3);
  }

  @Test
  void the_best_assignment_is_the_best_of_all() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int rows = 1 + random.nextInt(5);
      int columns = 1 + random.nextInt(5);
      double[][] scores = new double[rows][columns];
      for (double[] row : scores) {
        Arrays.setAll(row, j -> random.nextInt(4) == 0 ? 0 : random.nextInt(100) / 100.0);
      }

      int[] best = Assignment.best(scores);

      double sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += best[i] < 0 ? 0 : scores[i][best[i]];
      }
      assertThat(Arrays.stream(best).filter(j -> j >= 0)).doesNotHaveDuplicates();
      assertThat(sum).as("seed %d", seed).isCloseTo(brute(scores, 0, 0), within(1e-9));
    }
    assertThat(Assignment.best(new double[0][0])).isEmpty();
  }

  /** Tries all. */
  private static double brute(double[][] scores, int row, int used) {
    if (row == scores.length) {
      return 0;
    }
    double best = brute(scores, row + 1, used);
    for (int j = 0; j < scores[row].length; j++) {
      if ((used & 1 << j) == 0) {
        best = Math.max(best, scores[row][j] + brute(scores, row + 1, used | 1 << j));
      }
    }
    return best;
  }
}
