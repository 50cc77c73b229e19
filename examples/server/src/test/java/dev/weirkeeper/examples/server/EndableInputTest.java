package dev.weirkeeper.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndableInputTest {
  @Test
  void it_hands_out_what_is_read_and_ends_with_it() throws Exception {
    byte[] all = new byte[100_000];
    new java.util.Random(7).nextBytes(all);

    try (EndableInput input = new EndableInput(new ByteArrayInputStream(all))) {
      assertThat(input.readAllBytes()).isEqualTo(all);
      assertThat(input.read()).isEqualTo(-1);
    }
  }

  @Test
  void it_can_be_ended_while_somebody_waits_for_more() throws Exception {
    try (PipedOutputStream out = new PipedOutputStream();
        EndableInput input = new EndableInput(new PipedInputStream(out))) {
      out.write('a');
      out.flush();
      assertThat(input.read()).isEqualTo('a');
      CompletableFuture<Integer> waiting =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return input.read();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });

      input.end();

      assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
    }
  }

  @Test
  void what_the_stream_throws_is_thrown_and_not_taken_for_its_end() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }

          @Override
          public int read(byte[] into, int at, int length) throws IOException {
            throw new IOException("gone");
          }
        };

    try (EndableInput input = new EndableInput(broken)) {
      assertThatThrownBy(input::read).isInstanceOf(IOException.class).hasMessage("gone");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
