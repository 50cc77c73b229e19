package dev.weirkeeper.examples.kafkascreen;

import dev.weirkeeper.Caller;
import dev.weirkeeper.contracts.kafka.PausableConsumer;
import dev.weirkeeper.contracts.stream.Screen;
import dev.weirkeeper.contracts.stream.Screening;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A host that has its own consumer and its own sink, screened. Once nothing passes, a person looks
 * and resumes it. Confined to one thread, like the consumer.
 */
public final class ScreenedConsumer implements AutoCloseable {
  /** The host's own sink. */
  public interface Sink {
    /** Writes both durably, or throws. */
    void write(
        List<ConsumerRecord<byte[], byte[]>> good,
        List<Screening.Rejected<ConsumerRecord<byte[], byte[]>>> bad);
  }

  private final Screen<ConsumerRecord<byte[], byte[]>> screen;
  private final PausableConsumer<byte[], byte[]> consumer;
  private final Sink sink;
  private final Consumer<Screening.Pause> pager;

  /**
   * @param pager tells a person that nothing passes
   */
  public ScreenedConsumer(
      Screen<ConsumerRecord<byte[], byte[]>> screen,
      PausableConsumer<byte[], byte[]> consumer,
      Sink sink,
      Consumer<Screening.Pause> pager) {
    this.screen = screen;
    this.consumer = consumer;
    this.sink = sink;
    this.pager = pager;
  }

  /** One turn of the host's loop. */
  // tag::screen[]
  public void turn() {
    var batch = consumer.poll(Duration.ofMillis(200));
    if (batch.isEmpty()) {
      return;
    }
    var verdict = screen.check(batch.records(), batch.position());
    if (verdict.paused().isPresent()) {
      consumer.pause(); // Stays in the group, confirms nothing.
      pager.accept(verdict.paused().get());
      return;
    }
    sink.write(verdict.accepted(), verdict.rejected());
    verdict.done();
    consumer.finished();
  }

  public void resume(Caller person) {
    screen.resume(person);
    consumer.resume();
  }

  // end::screen[]

  @Override
  public void close() {
    consumer.close();
    screen.close();
  }
}
