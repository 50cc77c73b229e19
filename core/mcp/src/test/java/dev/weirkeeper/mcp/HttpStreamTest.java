package dev.weirkeeper.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpStreamTest {
  /** What the container was asked, in order. */
  private final List<String> asked = new ArrayList<>();

  private final ServletOutputStream out =
      new ServletOutputStream() {
        @Override
        public boolean isReady() {
          asked.add("isReady");
          return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
          asked.add("setWriteListener");
        }

        @Override
        public void write(int value) {
          asked.add("write");
        }
      };

  private <T> T recording(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              asked.add(method.getName());
              return method.getReturnType() == ServletOutputStream.class ? out : null;
            }));
  }

  @Test
  void a_response_is_not_touched_after_its_request_is_over() throws IOException {
    HttpStream stream =
        new HttpStream(
            HttpStream.Kind.ANSWER,
            recording(AsyncContext.class),
            recording(HttpServletResponse.class),
            () -> 0,
            ended -> asked.add("ended"));
    stream.start();

    stream.onError(new IOException("reset by peer"));
    List<String> before = List.copyOf(asked);
    stream.fail(1);
    stream.close();
    stream.onWritePossible();

    assertThat(before).endsWith("complete", "ended");
    assertThat(asked).isEqualTo(before);
  }
}
