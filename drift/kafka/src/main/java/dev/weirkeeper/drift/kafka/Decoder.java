package dev.weirkeeper.drift.kafka;

import java.io.IOException;

/** Turns the bytes of a key or a value into a tree. Used by one thread. */
interface Decoder {
  /**
   * @throws UnreadableException if the bytes mean nothing, today and tomorrow
   * @throws IOException if what they mean cannot be found out now
   */
  Decoded decode(byte[] bytes) throws IOException;
}
