package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HandlesTest {
  private static final String HOSTILE = "x; DROP TABLE orders; --";

  @Test
  void a_plain_name_is_called_what_it_is() {
    Handles handles = Handles.over(List.of("orders", "Orders", "_a$1", "x".repeat(63)));

    assertThat(handles.shown("Orders")).isEqualTo("Orders");
    assertThat(handles.named("orders")).contains("orders");
    assertThat(handles.shown("x".repeat(63))).isEqualTo("x".repeat(63));
  }

  @Test
  void invariant_4_a_name_that_is_not_plain_goes_by_a_handle_that_leads_back_to_it() {
    String cyrillic = "оrders";
    Handles handles =
        Handles.over(List.of("orders", cyrillic, HOSTILE, "x".repeat(300), "a b", "\u202eb", ""));

    for (String name : List.of(cyrillic, HOSTILE, "x".repeat(300), "a b", "\u202eb", "")) {
      String handle = handles.shown(name);
      assertThat(handle).matches("name~[0-9a-f]{12}");
      assertThat(handles.named(handle)).contains(name);
      assertThat(handles.named(name)).isEmpty();
    }
    assertThat(handles.named("orders")).contains("orders");
  }

  @Test
  void a_handle_has_the_first_digits_of_the_hash_and_may_have_more() {
    Handles handles = Handles.over(List.of(HOSTILE));
    String digest = Hash.of(HOSTILE.getBytes(StandardCharsets.UTF_8)).hex();

    assertThat(handles.shown(HOSTILE)).isEqualTo("name~" + digest.substring(0, 12));
    assertThat(handles.named("name~" + digest)).contains(HOSTILE);
    assertThat(handles.named("name~" + digest.substring(0, 11))).isEmpty();
    assertThat(handles.named("name~" + digest.substring(0, 11) + "g")).isEmpty();
  }

  @Test
  void a_name_that_looks_like_a_handle_is_not_taken_for_one() {
    String handle = Handles.over(List.of(HOSTILE)).shown(HOSTILE);

    Handles both = Handles.over(List.of(HOSTILE, handle));

    assertThat(both.named(handle)).contains(HOSTILE);
    assertThat(both.shown(handle)).isNotEqualTo(handle);
    assertThat(both.named(both.shown(handle))).contains(handle);
  }

  @Test
  void names_made_to_share_a_handle_get_longer_ones_and_the_short_one_names_neither() {
    List<String> alike = alike();

    Handles handles = Handles.over(alike);

    String first = handles.shown(alike.get(0));
    assertThat(first).matches("name~[0-9a-f]{64}").isNotEqualTo(handles.shown(alike.get(1)));
    assertThat(handles.named(first)).contains(alike.get(0));
    assertThat(handles.named(first.substring(0, 17))).isEmpty();
    assertThat(Handles.over(alike.subList(0, 1)).named(first.substring(0, 17)))
        .contains(alike.get(0));
  }

  /** Two names whose hashes begin with the same twelve digits; 31 million were tried. */
  private static List<String> alike() {
    return List.of("n 9555816", "n 30863556");
  }

  @Test
  void handles_over_any_catalog_are_distinct_and_lead_back() {
    Random random = new Random(20261125);
    for (int round = 0; round < 500; round++) {
      Set<String> names = new LinkedHashSet<>();
      for (int i = random.nextInt(40); i >= 0; i--) {
        names.add(name(random));
      }

      Handles handles = Handles.over(names);

      Set<String> called = new HashSet<>();
      for (String name : names) {
        String shown = handles.shown(name);
        assertThat(called.add(shown)).as("seed 20261125, round %s", round).isTrue();
        assertThat(handles.named(shown)).contains(name);
        assertThat(shown).matches("[A-Za-z_][A-Za-z0-9_$]{0,62}|name~[0-9a-f]{12,64}");
      }
    }
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder();
    String letters = "ab_$1 ;\"'~.оа\u200b\n";
    for (int i = random.nextInt(6); i >= 0; i--) {
      name.append(letters.charAt(random.nextInt(letters.length())));
    }
    return name.toString();
  }

  @Test
  void what_is_no_name_of_the_catalog_is_not_shown() {
    Handles handles = Handles.over(List.of("orders"));

    assertThat(handles.named("customers")).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> handles.shown("secret name"))
        .withMessageNotContaining("secret name");
    assertThatIllegalArgumentException().isThrownBy(() -> Handles.over(List.of("a\ud800")));
  }
}
