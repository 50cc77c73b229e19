package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static Optional<String> text(Optional<Lines.Line> line) {
    return line.flatMap(Lines.Line::bytes).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  @Test
  void a_line_of_the_longest_length_is_read_and_a_longer_one_is_passed_over() throws IOException {
    Lines lines =
        new Lines(
            new ByteArrayInputStream("12345\n123456\n\n1".getBytes(StandardCharsets.UTF_8)), 5);

    assertThat(text(lines.next())).contains("12345");
    assertThat(lines.next().orElseThrow().bytes()).isEmpty();
    assertThat(text(lines.next())).contains("");
    assertThat(text(lines.next())).contains("1");
    assertThat(lines.next()).isEmpty();
  }

  @Test
  void a_line_that_is_too_long_takes_no_memory() throws IOException {
    Lines lines =
        new Lines(
            new InputStream() {
              private int left = 64 * 1024 * 1024;

              @Override
              public int read() {
                return left-- > 0 ? 'x' : -1;
              }

              @Override
              public int read(byte[] into, int from, int length) {
                int taken = Math.min(left, length);
                if (taken == 0) {
                  return -1;
                }
                Arrays.fill(into, from, from + taken, (byte) 'x');
                left -= taken;
                return taken;
              }
            },
            1024);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    Optional<Lines.Line> line = lines.next();

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1024 * 1024);
    assertThat(line.orElseThrow().bytes()).isEmpty();
  }
}
