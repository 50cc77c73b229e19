package dev.weirkeeper.audit;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.testkit.AuditSinkKit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The same sink with a new file for every few records. */
class RotatingSinkKitTest extends AuditSinkKit {
  @Override
  protected AuditSink open(Path folder) throws IOException {
    return JsonLinesSink.open(folder, Sample.CLOCK, 1000);
  }

  @Override
  protected List<AuditRecord> read(Path folder) throws IOException {
    return Sample.records(folder);
  }
}
