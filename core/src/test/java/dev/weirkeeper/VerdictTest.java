package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The laws that let a set of changes have one verdict, for all verdicts there are. */
class VerdictTest {
  @Test
  void the_verdict_of_several_changes_does_not_depend_on_how_they_are_put_together() {
    for (Verdict a : Verdict.values()) {
      assertThat(a.join(a)).isEqualTo(a);
      assertThat(a.join(Verdict.NOOP)).isEqualTo(a);
      for (Verdict b : Verdict.values()) {
        assertThat(a.join(b)).isEqualTo(b.join(a));
        for (Verdict c : Verdict.values()) {
          assertThat(a.join(b).join(c)).isEqualTo(a.join(b.join(c)));
        }
      }
    }
  }

  @Test
  void a_worse_change_never_makes_the_whole_better() {
    for (Verdict a : Verdict.values()) {
      for (Verdict b : Verdict.values()) {
        assertThat(a.worseThan(a.join(b))).isFalse();
        for (Verdict worse : Verdict.values()) {
          if (worse.worseThan(b)) {
            assertThat(a.join(b).worseThan(a.join(worse))).isFalse();
          }
        }
      }
    }
  }
}
