package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.GOLD;
import static dev.weirkeeper.TestDoor.LINES;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.READ;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DomainsTest {
  private static final Domain SALES = Domain.named("sales").owning("shop:*");
  private static final Domain ORDERING =
      Domain.named("ordering").owning("shop:public.o*").approvedBy("ana");
  private static final Domain LEDGER = Domain.named("ledger").owning("shop:public.orders");

  private final TestDoor door = new TestDoor();

  @Test
  void the_pattern_that_says_most_closely_what_it_means_decides_in_any_order() {
    for (List<Domain> order :
        List.of(List.of(SALES, ORDERING, LEDGER), List.of(LEDGER, ORDERING, SALES))) {
      Domains domains = Domains.of(order.toArray(Domain[]::new));

      assertThat(domains.ownerOf(ORDERS)).contains(LEDGER);
      assertThat(domains.ownerOf(new Asset("shop", "public.offers"))).contains(ORDERING);
      assertThat(domains.ownerOf(LINES)).contains(SALES);
      assertThat(domains.ownerOf(GOLD)).isEmpty();
    }
  }

  @Test
  void two_claims_to_the_same_assets_or_two_domains_of_one_name_are_refused() {
    assertThatThrownBy(() -> Domains.of(SALES, Domain.named("other").owning("gold:*", "shop:*")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sales")
        .hasMessageContaining("other")
        .hasMessageContaining("shop:*");
    assertThatThrownBy(() -> Domains.of(SALES, Domain.named("sales").owning("gold:*")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sales");
  }

  @Test
  void a_domain_s_limit_narrows_what_the_host_allows_and_only_there() {
    door.grants.allow(Grant.to("claude", Effect.DESTRUCTIVE));
    door.domains = Domains.of(SALES.upTo(Effect.READ));

    assertThat(refusal(door.perform(AGENT, on(ORDERS, WRITE))).orElseThrow())
        .contains("the limit of domain sales is READ");
    assertThat(door.perform(AGENT, on(ORDERS, READ)).isDone()).isTrue();
    assertThat(door.perform(AGENT, on(GOLD, WRITE)).isDone()).isTrue();
  }

  @Test
  void a_domain_s_limit_does_not_widen_what_the_host_allows() {
    door.limit = Effect.WRITE;
    door.grants.allow(Grant.to("claude", Effect.DESTRUCTIVE));
    door.domains = Domains.of(SALES.upTo(Effect.DESTRUCTIVE));

    assertThat(refusal(door.perform(AGENT, on(ORDERS, DELETE))).orElseThrow())
        .contains("the host's limit is WRITE");
  }

  @Test
  void no_approval_goes_beyond_a_domain_s_limit() {
    door.grants.allow(Grant.to("claude", Effect.READ));
    door.domains = Domains.of(SALES.approvedBy("ana", "ben").upTo(Effect.READ));

    Outcome outcome =
        door.open().request(AGENT, on(ORDERS, WRITE), "why", Duration.ofHours(1), List.of());

    assertThat(refusal(outcome).orElseThrow()).contains("the limit of domain sales is READ");
  }

  @Test
  void what_nobody_owns_nobody_approves() {
    door.grants.allow(Grant.to("claude", Effect.READ));
    door.domains = Domains.of(SALES.approvedBy("ana", "ben"));

    Outcome outcome =
        door.open().request(AGENT, on(GOLD, WRITE), "why", Duration.ofHours(1), List.of());

    assertThat(refusal(outcome).orElseThrow()).contains("domain unowned has 0 approvers");
    assertThat(door.open().approvals().list()).isEmpty();
  }

  @Test
  void an_approval_takes_at_least_one_person() {
    assertThatThrownBy(() -> SALES.personsForIrreversible(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
