package dev.weirkeeper.audit;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.testkit.AuditSinkKit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

class JsonLinesSinkKitTest extends AuditSinkKit {
  @Override
  protected AuditSink open(Path folder) throws IOException {
    return JsonLinesSink.open(folder, Sample.CLOCK);
  }

  @Override
  protected List<AuditRecord> read(Path folder) throws IOException {
    return Sample.records(folder);
  }

  @Override
  protected Optional<AuditSink> openOnMediumThatFills(Path folder) throws IOException {
    AtomicInteger writes = new AtomicInteger();
    Disk filling =
        (file, at) -> {
          Disk.Output real = Disk.REAL.open(file, at);
          return new Disk.Output() {
            @Override
            public void write(byte[] bytes, int length) throws IOException {
              if (writes.incrementAndGet() > 20) {
                real.write(bytes, length / 2);
                throw new IOException("No space left on device");
              }
              real.write(bytes, length);
            }

            @Override
            public void force() throws IOException {
              real.force();
            }

            @Override
            public void truncate() throws IOException {
              real.truncate();
            }

            @Override
            public void close() throws IOException {
              real.close();
            }
          };
        };
    return Optional.of(JsonLinesSink.open(folder, Sample.CLOCK, Long.MAX_VALUE, filling));
  }
}
