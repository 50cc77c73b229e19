package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskingKeyTest {
  @TempDir Path home;

  @Test
  void a_key_is_made_once_for_the_owner_alone_and_found_again() throws Exception {
    Path file = home.resolve("masking.key");

    byte[] made = MaskingKey.in(file);

    assertThat(MaskingKey.in(file)).isEqualTo(made).hasSize(32);
    assertThat(MaskingKey.in(home.resolve("other.key"))).isNotEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void a_key_that_others_may_read_and_one_that_was_cut_are_refused() throws Exception {
    Path file = home.resolve("masking.key");
    MaskingKey.in(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> MaskingKey.in(file)).hasMessageContaining("chmod 600");

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.write(file, new byte[5]);
    assertThatThrownBy(() -> MaskingKey.in(file)).hasMessageContaining("has 5 bytes and not 32");
  }
}
