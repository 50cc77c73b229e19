package dev.weirkeeper.spi;

import dev.weirkeeper.Reading;

/**
 * Says what the records of a host's own source mean. MUST answer for each record and MUST NOT throw
 * for what is in it: what it cannot read is {@link Reading.Undecodable}, and its reason MUST NOT
 * quote the record. MUST NOT do I/O. It is called by one thread at a time.
 *
 * @param <R> the host's type of records
 */
public interface RecordReader<R> {
  Reading read(R message);
}
