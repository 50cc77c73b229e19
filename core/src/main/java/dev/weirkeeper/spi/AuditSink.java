package dev.weirkeeper.spi;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Receipt;
import java.io.IOException;

/**
 * Keeps audit records for ever. MUST be safe to call from many threads; a record MUST be durable
 * when the call returns. The sink orders and chains; records link to each other by content hash.
 */
public interface AuditSink extends AutoCloseable {
  /**
   * @throws IOException if the record is not durable; the caller then does nothing that the record
   *     was to announce
   */
  Receipt append(AuditRecord record) throws IOException;

  @Override
  void close() throws IOException;
}
