package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommitmentsTest {
  private static final byte[] VALUE = "ana@example.org".getBytes(StandardCharsets.UTF_8);

  private final Commitments commitments = new Commitments(new SecureRandom());

  @Test
  void a_commitment_shows_its_value_and_no_other() {
    Commitments.Opening opening = commitments.to(VALUE);

    assertThat(opening.shows(VALUE)).isTrue();
    assertThat(opening.shows("eve@example.org".getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(new Commitments.Opening(opening.hash(), "0".repeat(64)).shows(VALUE)).isFalse();
  }

  @Test
  void invariant_10_equal_values_cannot_be_told_from_their_commitments() {
    assertThat(commitments.to(VALUE).hash())
        .isNotEqualTo(commitments.to(VALUE).hash())
        .isNotEqualTo(Hash.of(VALUE));
  }

  @Test
  void it_is_the_hmac_of_rfc_4231() {
    // Test case 1 of RFC 4231; HMAC pads its key with zeros, so 20 bytes and 32 are one key.
    String key = "0b".repeat(20) + "00".repeat(12);
    Commitments.Opening opening =
        new Commitments.Opening(
            new Hash("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"), key);

    assertThat(opening.shows("Hi There".getBytes(StandardCharsets.US_ASCII))).isTrue();
  }

  @Test
  void the_salt_comes_from_the_source_it_was_given() {
    SecureRandom constant =
        new SecureRandom() {
          @Override
          public void nextBytes(byte[] bytes) {
            java.util.Arrays.fill(bytes, (byte) 7);
          }
        };

    assertThat(new Commitments(constant).to(VALUE).salt()).isEqualTo("07".repeat(32));
    assertThat(HexFormat.of().parseHex(commitments.to(VALUE).salt())).hasSize(32);
  }

  @Test
  void invariant_10_a_record_keeps_the_hash_and_no_salt() {
    MemorySink sink = new MemorySink();
    Commitments.Opening opening = commitments.to(VALUE);

    new Journal(sink, Clock.systemUTC())
        .write(
            "test",
            "host:ana",
            Optional.empty(),
            new Violation("r", "x"),
            List.of(),
            Map.of("email", opening.hash()));

    assertThat(sink.last().commitments()).containsEntry("email", opening.hash());
    assertThat(sink.text()).doesNotContain(opening.salt());
    assertThat(opening.toString()).doesNotContain(opening.salt());
    assertThatThrownBy(() -> new Commitments.Opening(opening.hash(), "short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("short");
  }
}
