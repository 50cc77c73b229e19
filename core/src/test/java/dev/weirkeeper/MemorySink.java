package dev.weirkeeper;

import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;

/** A sink that keeps records in memory and fails for the kinds it is told. */
final class MemorySink implements AuditSink {
  private final List<AuditRecord> records = new ArrayList<>();
  final Set<String> failing = new CopyOnWriteArraySet<>();

  /** Happens before a record is kept, while its writer waits. */
  Consumer<AuditRecord> before = record -> {};

  @Override
  public synchronized Receipt append(AuditRecord record) throws IOException {
    before.accept(record);
    if (failing.contains(record.kind())) {
      throw new IOException("No space left on device");
    }
    records.add(record);
    return new Receipt(records.size() - 1, record.id());
  }

  synchronized List<AuditRecord> records() {
    return List.copyOf(records);
  }

  List<String> kinds() {
    return records().stream().map(AuditRecord::kind).toList();
  }

  AuditRecord last() {
    List<AuditRecord> all = records();
    return all.get(all.size() - 1);
  }

  /** All that was written, as text. */
  String text() {
    return records().stream().map(record -> record.canonical().text()).toList().toString();
  }

  @Override
  public void close() {}
}
