package dev.weirkeeper.spi;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Receipt;

/**
 * Hears of every record once it is durable: telemetry, a view for agents. Called on the thread that
 * wrote it and before that thread goes on, so it MUST be quick; records of other threads may come
 * at the same time and in another order than that of the log. What it throws is logged and changes
 * nothing: a record is durable whoever hears of it.
 */
@FunctionalInterface
public interface JournalListener {
  void written(AuditRecord record, Receipt receipt);
}
