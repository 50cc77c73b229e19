package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.PostgresPlanner;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.testkit.DriftDetectorKit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JudgedDriftTest extends DriftDetectorKit {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Relation NARROW = relation("numeric(10,2)");
  private static final Relation WIDE = relation("numeric(14,4)");
  private static final JudgedDrift DETECTOR =
      new JudgedDrift(
          new SchemaDrift(),
          Consumers.of(
              List.of(
                  Consumer.table("mirror", "copy", "postgresql"),
                  Consumer.table("finance", "dw", "snowflake"),
                  Consumer.subject("orders-value", "kafka", RegistryMode.BACKWARD))));

  private static Relation relation(String amount) {
    return Relation.of(
        ORDERS,
        "1",
        new RowIdentity.Key(List.of("1")),
        List.of(
            Column.of("1", "id", Type.of("int8")),
            Column.of(
                "2",
                "amount",
                new Type(
                    "numeric",
                    amount.contains("14") ? List.of(14, 4) : List.of(10, 2),
                    List.of()))));
  }

  private static Observation seen(Relation relation) {
    return new Observation(
        ORDERS,
        Instant.EPOCH,
        Optional.empty(),
        List.of(new Facet.Schema(relation, Evidence.LOGGED)));
  }

  private static Incident widened() {
    return new Incident(
        ORDERS, new Position("shop", "0/1"), DETECTOR.detect(seen(NARROW), seen(WIDE)).findings());
  }

  @Override
  protected DriftDetector detector() {
    return DETECTOR;
  }

  @Override
  protected List<Observation> history() {
    return List.of(
        new Observation(ORDERS, Instant.EPOCH, Optional.empty(), List.of()),
        seen(NARROW),
        seen(WIDE));
  }

  @Test
  void what_is_found_is_the_same_and_says_what_it_is_to_each_consumer() {
    Finding plain = new SchemaDrift().detect(seen(NARROW), seen(WIDE)).findings().get(0);
    Finding judged = widened().findings().get(0);

    assertThat(judged.id()).isEqualTo(plain.id());
    assertThat(judged.consumers().orElseThrow())
        .containsEntry("mirror", new Finding.Judged(Verdict.COMPATIBLE, "rewrite"))
        .containsEntry("finance", new Finding.Judged(Verdict.BREAKING, "refused"))
        .containsKey("orders-value");
    assertThat(judged.judgedFor(Map.of())).isEqualTo(plain);
  }

  @Test
  void a_tolerance_says_what_each_bears() {
    assertThat(Tolerance.STANDARD.exceededBy(widened())).isEmpty();
    assertThat(Tolerance.STANDARD.bornBy("mirror", Verdict.COMPATIBLE).exceededBy(widened()))
        .isEmpty();
    assertThat(Tolerance.STANDARD.bornBy("finance", Verdict.COMPATIBLE).exceededBy(widened()))
        .hasSize(1);
  }

  @Test
  void a_plan_is_made_for_judged_findings_as_for_others() {
    assertThat(new PostgresPlanner("copy").plan(widened(), Optional.of(NARROW), WIDE)).isPresent();
  }

  @Test
  void a_consumer_that_no_tolerance_could_name_is_refused_at_once() {
    Consumers odd = Consumers.of(List.of(Consumer.table("The Lake", "lake", "delta")));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JudgedDrift(new SchemaDrift(), odd))
        .withMessageContaining("id of a consumer");
  }
}
