package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * Proof that a sink has a record.
 *
 * @param sequence place of the record in the sink's log, from 0
 * @param record content hash of the record
 */
public record Receipt(long sequence, Hash record) {
  public Receipt {
    requireNonNull(record, "record");
  }
}
