package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingTest {
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final Asset CUSTOMERS = new Asset("shop", "gold.customers");

  private final Masking silent = Masking.with(KEY);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssn",
        "SSN",
        "customerSsn",
        "password",
        "passwd_hash",
        "userPassword",
        "PASSWORD_1",
        "api_token",
        "apiToken",
        "access_tokens",
        "client_secret",
        "email",
        "e_mail",
        "e-mail",
        "useremail",
        "Email Address",
        "phone",
        "phoneNumber",
        "home_phone",
        "card_no",
        "creditcard",
        "iban",
        "IBAN2",
        "cvv",
        "dob",
        "date_of_birth",
        "ip",
        "client_ip",
        "passport_number",
        "credentials",
        "api_key",
        "street",
        "passcode",
        "signing_key",
        "connectionString",
        "emаil",
        "電話",
        "salary"
      })
  void a_column_that_sounds_sensitive_or_cannot_be_judged_is_redacted(String column) {
    assertThat(silent.of(CUSTOMERS, column)).isEqualTo(Mask.REDACT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "amount",
        "note",
        "account_id",
        "zip",
        "discarded",
        "cardinality",
        "pinned",
        "status",
        "updated_at",
        "compass",
        "hotel",
        "Order Date",
        "description",
        "shipment",
        "company",
        "panel"
      })
  void other_columns_are_shown(String column) {
    assertThat(silent.of(CUSTOMERS, column)).isEqualTo(Mask.NONE);
  }

  @Test
  void the_first_rule_that_fits_counts_and_comes_before_what_a_name_sounds_like() {
    Masking masking =
        Masking.with(
            KEY,
            new Masking.Rule("shop:gold.customers", "email", Mask.HASH),
            new Masking.Rule("shop:*", "email", Mask.NONE),
            new Masking.Rule("*:vault.*", "*", Mask.REDACT));

    assertThat(masking.of(CUSTOMERS, "email")).isEqualTo(Mask.HASH);
    assertThat(masking.of(new Asset("shop", "gold.leads"), "email")).isEqualTo(Mask.NONE);
    assertThat(masking.of(new Asset("shop", "vault.keys"), "id")).isEqualTo(Mask.REDACT);
    assertThat(masking.of(new Asset("crm", "gold.leads"), "email")).isEqualTo(Mask.REDACT);
    assertThat(masking.said(CUSTOMERS, "id")).isEmpty();
  }

  @Test
  void a_pattern_means_its_characters_and_only_the_star_is_special() {
    Masking masking =
        Masking.with(KEY, new Masking.Rule("shop:gold.customer?", "a.c", Mask.REDACT));

    assertThat(masking.of(CUSTOMERS, "a.c")).isEqualTo(Mask.NONE);
    assertThat(masking.of(new Asset("shop", "gold.customer?"), "a.c")).isEqualTo(Mask.REDACT);
    assertThat(masking.of(new Asset("shop", "gold.customer?"), "abc")).isEqualTo(Mask.NONE);
    assertThat(masking.of(new Asset("shop", "gold.customer?"), "A.C")).isEqualTo(Mask.NONE);
  }

  @Test
  void a_pseudonym_is_stable_under_one_key_and_says_nothing_without_it() {
    Hash value = Hash.of("900-00-0001".getBytes(StandardCharsets.UTF_8));
    String pseudonym = silent.pseudonym(value);

    assertThat(pseudonym).matches("[0-9a-f]{24}").isEqualTo(Masking.with(KEY).pseudonym(value));
    assertThat(Masking.with("another key of 24 bytes.".getBytes(StandardCharsets.US_ASCII)))
        .extracting(other -> other.pseudonym(value))
        .isNotEqualTo(pseudonym);
    assertThat(value.hex()).doesNotContain(pseudonym);
  }

  @Test
  void a_key_that_can_be_guessed_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Masking.with("short".getBytes(StandardCharsets.US_ASCII)))
        .withMessageNotContaining("short");
  }

  /** A history that was not read from the log's beginning takes every column for new. */
  @Test
  void new_columns_are_hidden_until_a_rule_calls_them_by_name() {
    Masking open =
        Masking.with(
            KEY,
            new Masking.Rule("shop:gold.*", "tier", Mask.NONE),
            new Masking.Rule("shop:gold.*", "code", Mask.PARTIAL),
            new Masking.Rule("shop:*", "*", Mask.NONE));
    Masking hiding = open.hidingNewColumns(new DriftHistory());

    assertThat(open.of(CUSTOMERS, "note")).isEqualTo(Mask.NONE);
    assertThat(hiding.of(CUSTOMERS, "note")).isEqualTo(Mask.REDACT);
    assertThat(hiding.said(CUSTOMERS, "note")).contains(Mask.REDACT);
    assertThat(hiding.of(CUSTOMERS, "tier")).isEqualTo(Mask.NONE);
    assertThat(hiding.of(CUSTOMERS, "code")).isEqualTo(Mask.PARTIAL);
    assertThat(hiding.of(new Asset("shop", "silver.customers"), "tier")).isEqualTo(Mask.REDACT);
    assertThat(hiding.pseudonym(Hash.of(new byte[0])))
        .isEqualTo(open.pseudonym(Hash.of(new byte[0])));
  }
}
