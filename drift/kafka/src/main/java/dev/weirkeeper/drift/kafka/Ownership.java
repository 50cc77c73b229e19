package dev.weirkeeper.drift.kafka;

import java.io.IOException;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Whether a stream may go on, and whom it tells how far it came. From the stream's thread. */
interface Ownership {
  /** One host that shares with nobody. */
  Ownership ALONE =
      new Ownership() {
        @Override
        public String claim() {
          return "";
        }

        @Override
        public void check() {}

        @Override
        public void durable(Map<TopicPartition, Long> next) {}

        @Override
        public void ended() {}
      };

  /** Names whoever holds the feed in its positions; empty if it is not shared. */
  String claim();

  /**
   * @throws IOException if the feed was given to another host
   */
  void check() throws IOException;

  /** What is durable at the target. */
  void durable(Map<TopicPartition, Long> next);

  /** The stream is closed. */
  void ended();
}
