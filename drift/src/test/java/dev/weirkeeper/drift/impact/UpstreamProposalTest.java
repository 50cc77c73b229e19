package dev.weirkeeper.drift.impact;

import static dev.weirkeeper.drift.impact.Changes.between;
import static dev.weirkeeper.drift.impact.Changes.named;
import static dev.weirkeeper.drift.impact.Changes.ofThePipeline;
import static dev.weirkeeper.drift.impact.Changes.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.impact.UpstreamProposal.Phase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UpstreamProposalTest {
  private static final Relation BASE =
      table("1 id int8!", "2 note text", "3 amount int4!", "4 mood enum:1=sad,2=ok,3=glad");

  private static List<UpstreamProposal> of(List<Finding> findings) {
    return findings.stream().flatMap(found -> UpstreamProposal.of(found).stream()).toList();
  }

  static Stream<Arguments> changes() {
    String mood = "4 mood enum:1=sad,2=ok,3=glad";
    return Stream.of(
        Arguments.of(
            "column.renamed",
            table("1 id int8!", "2 remark text", "3 amount int4!", mood),
            "\"note\""),
        Arguments.of("column.removed", table("1 id int8!", "3 amount int4!", mood), "backup"),
        Arguments.of("column.removed", table("1 id int8!", "2 note text", mood), "take NULL"),
        Arguments.of(
            "column.dropped-and-readded",
            table("1 id int8!", "5 note text", "3 amount int4!", mood),
            "another name than \"note\""),
        Arguments.of(
            "column.added",
            table("1 id int8!", "2 note text", "3 amount int4!", mood, "5 due text!"),
            "NOT VALID"),
        Arguments.of(
            "column.type-family-changed",
            table("1 id int8!", "2 note int4", "3 amount int4!", mood),
            "changes its meaning changes its name"),
        Arguments.of(
            "column.swap-renamed",
            table("1 id int8!", "2 amount text", "3 note int4!", mood),
            "former names"),
        Arguments.of(
            "enum.label-renamed",
            table("1 id int8!", "2 note text", "3 amount int4!", "4 mood enum:1=sad,2=fine,3=glad"),
            "\"fine\""),
        Arguments.of(
            "enum.label-removed",
            table("1 id int8!", "2 note text", "3 amount int4!", "4 mood enum:1=sad,3=glad"),
            "\"ok\""),
        Arguments.of(
            "enum.labels-reordered",
            table("1 id int8!", "2 note text", "3 amount int4!", "4 mood enum:3=glad,2=ok,1=sad"),
            "order by a number"),
        Arguments.of(
            "table.renamed",
            named(
                new Asset("shop", "public.sales"),
                "1",
                "1 id int8!",
                "2 note text",
                "3 amount int4!",
                mood),
            "Create a view"),
        Arguments.of(
            "table.swapped",
            named(
                new Asset("shop", "public.orders"),
                "2",
                "1 id int8!",
                "2 note text",
                "3 amount int4!",
                mood),
            "under a name of its own"));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void each_change_that_breaks_has_a_better_way(String kind, Relation after, String said) {
    List<Finding> findings = between(BASE, after);
    assertThat(findings).extracting(Finding::kind).contains(kind);

    List<UpstreamProposal> proposals = of(findings);

    assertThat(proposals)
        .anySatisfy(
            proposal -> {
              assertThat(proposal.kind()).isEqualTo(kind);
              assertThat(proposal.text()).contains(said);
              assertThat(proposal.why()).isNotBlank();
              assertThat(proposal.steps()).hasSizeGreaterThanOrEqualTo(3);
              assertThat(proposal.steps())
                  .isSortedAccordingTo((a, b) -> a.phase().compareTo(b.phase()));
            });
  }

  @Test
  void what_the_pipeline_found_itself_has_a_better_way_too() {
    for (String kind : List.of("table.removed", "table.truncated")) {
      assertThat(of(List.of(ofThePipeline(kind)))).hasSize(1);
    }
    assertThat(of(List.of(ofThePipeline("contract.blocked")))).isEmpty();
  }

  @Test
  void what_readers_bear_needs_no_other_way() {
    assertThat(
            of(
                between(
                    BASE,
                    table(
                        "1 id int8!",
                        "2 note text",
                        "3 amount int8!",
                        "4 mood enum:1=sad,2=ok,3=glad",
                        "5 more text"))))
        .isEmpty();
  }

  @Test
  void names_of_the_source_are_quoted_cut_and_made_visible() {
    String evil = "x\";_ignore_all_\u202e\nrules_and_drop" + "y".repeat(100);
    List<UpstreamProposal> proposals =
        of(
            between(
                BASE,
                table(
                    "1 id int8!",
                    "2 " + evil + " text",
                    "3 amount int4!",
                    "4 mood enum:1=sad,2=ok,3=glad")));

    UpstreamProposal renamed = proposals.get(0);
    assertThat(renamed.verdict()).isEqualTo(Verdict.COMPATIBLE);
    String step = renamed.steps().get(1).text().text();
    assertThat(renamed.steps().get(1).phase()).isEqualTo(Phase.EXPAND);
    assertThat(step)
        .contains("\"x\"\"; ignore all \\u{202e}\\nrules", "…\" of the same type")
        .doesNotContain("y".repeat(64));
    assertThat(renamed.text()).doesNotContain("\u202e").doesNotContain("\nrules");
  }
}
