package dev.weirkeeper.examples.architecture;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RuleTest {
  private static final String BASE = "dev.weirkeeper";
  private static final String PLANTED = "dev.weirkeeper.examples.architecture.planted";

  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(BASE);
  private static final JavaClasses VIOLATIONS = new ClassFileImporter().importPackages(PLANTED);

  /** Planted classes that a rule must name; it must name no other. */
  private static final Map<Rule, String> CULPRITS =
      Map.of(
          Rule.CAPABILITIES_DO_NOT_KNOW_EACH_OTHER, "drift.KnowsHealing",
          Rule.INTERNALS_STAY_IN_THEIR_MODULE, "audit.UsesInternalsOfCore",
          Rule.NO_LIBRARY_TYPE_IN_THE_VOCABULARY, "ShowsLogger",
          Rule.PURE_CODE_DOES_NO_IO, "drift.ReadsFile",
          Rule.TIME_AND_CHANCE_ARE_ARGUMENTS, "contracts.AsksTheClock",
          Rule.PUBLIC_CLASSES_ARE_CLOSED, "audit.CanBeExtended",
          Rule.PACKAGES_ARE_NULL_MARKED, "audit.unmarked",
          Rule.LOGS_GO_TO_SLF4J, "audit.Prints",
          Rule.ONLY_PLUGINS_ARE_DISCOVERED, "audit.DiscoversPolicies",
          Rule.NOBODY_SLEEPS, "audit.Sleeps");

  /** Fewer classes than these would mean that the rules look at nothing. */
  private static final Map<String, Long> AT_LEAST =
      Map.ofEntries(
          entry("core", 160L),
          entry("core/testkit", 15L),
          entry("core/mcp", 40L),
          entry("core/otel", 12L),
          entry("contracts/kafka", 10L),
          entry("contracts", 300L),
          entry("contracts/postgres", 40L),
          entry("contracts/duckdb", 30L),
          entry("contracts/delta", 20L),
          entry("contracts/dbt", 30L),
          entry("drift", 35L),
          entry("drift/rehearsal", 15L),
          entry("drift/kafka", 50L),
          entry("drift/postgres", 30L),
          entry("drift/profile", 30L),
          entry("healing", 40L),
          entry("healing/postgres", 20L),
          entry("audit", 10L));

  @ParameterizedTest
  @EnumSource
  void the_code_keeps_the_rule(Rule rule) {
    assertThat(rule.evaluate(BASE, CODE).getFailureReport().getDetails()).as("%s", rule).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void the_rule_finds_what_was_planted_and_only_that(Rule rule) {
    String culprit = PLANTED + "." + CULPRITS.get(rule);

    assertThat(rule.evaluate(PLANTED, VIOLATIONS).getFailureReport().getDetails())
        .as("%s", rule)
        .isNotEmpty()
        .allSatisfy(violation -> assertThat(violation).contains(culprit));
  }

  @Test
  void the_rules_see_the_classes_of_every_library() {
    Map<String, Long> seen =
        CODE.stream()
            .collect(
                Collectors.groupingBy(
                    (JavaClass type) -> Rule.module(type, BASE), Collectors.counting()));

    assertThat(seen.keySet())
        .as("a new module belongs into the class path of these tests, and among the minima")
        .isEqualTo(Repository.libraries())
        .isEqualTo(AT_LEAST.keySet());
    assertThat(seen)
        .allSatisfy(
            (module, count) ->
                assertThat(count).as(module).isGreaterThanOrEqualTo(AT_LEAST.get(module)));
  }
}
