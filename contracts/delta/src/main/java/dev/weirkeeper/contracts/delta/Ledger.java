package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.gate.Waiver;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadRequest;
import io.delta.kernel.engine.FileSystemClient;
import io.delta.kernel.internal.data.GenericRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was about to be published and what was, as small files in a folder beside the table. A file
 * appears whole or not at all and is never changed; those of {@code intent} are deleted once it is
 * known what became of them. Safe to share.
 */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
  private static final Pattern INTENT =
      Pattern.compile("([0-9a-f]{64})\\.(\\d{1,18})\\.(\\d{1,18})\\.json");
  private static final StructType ENTRY =
      new StructType()
          .add("batch", StringType.STRING)
          .add("attempt", LongType.LONG)
          .add("contract", StringType.STRING)
          .add("status", StringType.STRING)
          .add("n_in", LongType.LONG)
          .add("n_published", LongType.LONG)
          .add("n_quarantined", LongType.LONG)
          .add("n_dropped", LongType.LONG)
          .add("version_before", StringType.STRING)
          .add("version_after", StringType.STRING)
          .add("written_at", StringType.STRING)
          .add("report", StringType.STRING);
  private static final StructType WAIVER = new StructType().add("waiver", StringType.STRING);

  private final Engine engine;
  private final String folder;

  Ledger(Engine engine, String folder) {
    this.engine = engine;
    this.folder = folder;
  }

  /** What is about to be published: this attempt, as the version after this one. */
  record Intent(Hash batch, long attempt, long version) {
    String file() {
      return batch.hex() + "." + attempt + "." + version + ".json";
    }
  }

  /** A line of the ledger. */
  record Entry(long attempt, GateReport report) {}

  Optional<Entry> done(Hash batch) throws IOException {
    return read(in("done", batch.hex() + ".json")).map(Ledger::entry);
  }

  /** Says that a batch is published; a second time changes nothing. */
  void done(Hash batch, long attempt, GateReport report) throws IOException {
    write("done", batch.hex() + ".json", ENTRY, values(attempt, report));
  }

  void intend(Intent intent, GateReport report) throws IOException {
    write("intent", intent.file(), ENTRY, values(intent.attempt(), report));
  }

  Optional<Entry> read(Intent intent) throws IOException {
    return read(in("intent", intent.file())).map(Ledger::entry);
  }

  List<Intent> intents() throws IOException {
    List<Intent> intents = new ArrayList<>();
    for (FileStatus file : list("intent")) {
      Matcher name = INTENT.matcher(name(file));
      if (name.matches()) {
        intents.add(
            new Intent(
                new Hash(name.group(1)),
                Long.parseLong(name.group(2)),
                Long.parseLong(name.group(3))));
      }
    }
    return List.copyOf(intents);
  }

  /** Takes back an intent that came to nothing, before the same attempt is intended anew. */
  void withdraw(Intent intent) throws IOException {
    try {
      engine.getFileSystemClient().delete(in("intent", intent.file()));
    } catch (RuntimeException e) {
      throw new IOException("Cannot delete an intent in " + folder, e);
    }
  }

  /** An intent that came to nothing, or was carried out; if it stays, that does no harm. */
  void forget(Intent intent) {
    try {
      withdraw(intent);
    } catch (IOException e) {
      LOG.warn("A settled intent stays in {}; the next recovery looks at it again", folder, e);
    }
  }

  void note(GateReport report) throws IOException {
    String name = report.at().toString().replaceAll("[^0-9TZ]", "") + "." + UUID.randomUUID();
    write("attempt", name + ".json", ENTRY, values(0, report));
  }

  void keep(Waiver waiver) throws IOException {
    write("waiver", waiver.id().hex() + ".json", WAIVER, List.of(Json.of(waiver).text()));
  }

  List<Waiver> waivers(Instant now) throws IOException {
    List<Waiver> waivers = new ArrayList<>();
    for (FileStatus file : list("waiver")) {
      if (!name(file).matches("[0-9a-f]{64}\\.json")) {
        continue;
      }
      Optional<Map<?, ?>> stored = read(file.getPath());
      if (stored.isEmpty()) {
        continue;
      }
      Waiver waiver = Json.parse(text(stored.get(), "waiver")).as(Waiver.class);
      if (now.isBefore(waiver.expires()) && !now.isBefore(waiver.granted())) {
        waivers.add(waiver);
      }
    }
    return List.copyOf(waivers);
  }

  private static List<Object> values(long attempt, GateReport report) {
    GateTally tally = report.tally();
    return List.of(
        report.batch().map(Hash::hex).orElse(""),
        attempt,
        report.contract().digest().hex(),
        report.status().name(),
        tally.in(),
        tally.published(),
        tally.quarantined(),
        tally.dropped(),
        report.versionBefore().orElse(""),
        report.versionAfter().orElse(""),
        report.at().toString(),
        Json.of(report).text());
  }

  private static Entry entry(Map<?, ?> stored) {
    return new Entry(
        ((Json) requireNonNull(stored.get("attempt"))).as(Long.class),
        Json.parse(text(stored, "report")).as(GateReport.class));
  }

  private static String text(Map<?, ?> stored, String key) {
    return ((Json) requireNonNull(stored.get(key))).as(String.class);
  }

  private String in(String part, String name) {
    return folder + "/" + part + "/" + name;
  }

  private static String name(FileStatus file) {
    return file.getPath().substring(file.getPath().lastIndexOf('/') + 1);
  }

  private void write(String part, String name, StructType schema, List<Object> values)
      throws IOException {
    Map<Integer, Object> ordinals = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      ordinals.put(i, values.get(i));
    }
    Row row = new GenericRow(schema, ordinals);
    try {
      engine.getFileSystemClient().mkdirs(folder + "/" + part);
      engine
          .getJsonHandler()
          .writeJsonFileAtomically(in(part, name), Utils.singletonCloseableIterator(row), false);
    } catch (FileAlreadyExistsException e) {
      LOG.debug("{} of {} is there already", part, folder);
    } catch (RuntimeException e) {
      throw new IOException("Cannot write the ledger in " + folder, e);
    }
  }

  private List<FileStatus> list(String part) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    try (CloseableIterator<FileStatus> all = engine.getFileSystemClient().listFrom(in(part, "0"))) {
      while (all.hasNext()) {
        files.add(all.next());
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (RuntimeException e) {
      throw new IOException("Cannot list the ledger in " + folder, e);
    }
    return files;
  }

  private record Whole(String path, int length) implements FileReadRequest {
    @Override
    public String getPath() {
      return path;
    }

    @Override
    public int getStartOffset() {
      return 0;
    }

    @Override
    public int getReadLength() {
      return length;
    }
  }

  private Optional<Map<?, ?>> read(String path) throws IOException {
    FileSystemClient files = engine.getFileSystemClient();
    try {
      FileStatus status = files.getFileStatus(path);
      FileReadRequest all = new Whole(status.getPath(), Math.toIntExact(status.getSize()));
      try (CloseableIterator<ByteArrayInputStream> bytes =
          files.readFiles(Utils.singletonCloseableIterator(all))) {
        String text = new String(bytes.next().readAllBytes(), StandardCharsets.UTF_8);
        return Optional.of(Json.parse(text.strip()).as(Map.class));
      }
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (RuntimeException e) {
      throw new IOException("Cannot read the ledger in " + folder, e);
    }
  }
}
