package dev.weirkeeper.spi;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Receipt;
import java.io.IOException;

/**
 * Keeps audit records for ever. MUST be safe to call from many threads; a record MUST be durable
 * when the call returns. The sink orders and chains; records link to each other by content hash.
 *
 * <p>Each record MUST be read back equal, once for each time it was appended, at the place that its
 * receipt says: counted from 0, and on from there when the log is opened again. A sink that is
 * closed MUST keep what it has promised and take nothing more; closing it twice MUST do no harm.
 */
public interface AuditSink extends AutoCloseable {
  /**
   * @throws IOException if the record is not durable, and nothing else for that reason; the caller
   *     then does nothing that the record was to announce
   */
  Receipt append(AuditRecord record) throws IOException;

  @Override
  void close() throws IOException;
}
