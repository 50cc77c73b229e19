package dev.weirkeeper.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** Where a sink writes. A seam, so that tests can fill the disk and count what is forced. */
interface Disk {
  /** Opens a file for writing from a place on; makes it if it is not there. */
  Output open(Path file, long at) throws IOException;

  /** A file under the pen. */
  interface Output extends Closeable {
    void write(byte[] bytes, int length) throws IOException;

    /** Returns once all that was written is durable. */
    void force() throws IOException;

    /** Cuts off what lies behind the last byte that was written. */
    void truncate() throws IOException;
  }

  /**
   * The real one. Not on a {@code FileChannel}, which an interrupt of the writing thread would
   * close for all others.
   */
  Disk REAL =
      (path, at) -> {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        file.seek(at);
        return new Output() {
          @Override
          public void write(byte[] bytes, int length) throws IOException {
            file.write(bytes, 0, length);
          }

          @Override
          public void force() throws IOException {
            file.getFD().sync();
          }

          @Override
          public void truncate() throws IOException {
            file.setLength(file.getFilePointer());
          }

          @Override
          public void close() throws IOException {
            file.close();
          }
        };
      };
}
