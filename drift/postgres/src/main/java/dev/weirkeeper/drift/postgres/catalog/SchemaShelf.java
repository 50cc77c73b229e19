package dev.weirkeeper.drift.postgres.catalog;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Keeps readings of schemas by the hash of schema and database, so that what is there now can be
 * compared with what was there. A file is written once and never changed. Safe to share between
 * threads and processes.
 */
public final class SchemaShelf {
  private final Path folder;

  private SchemaShelf(Path folder) {
    this.folder = requireNonNull(folder, "folder");
  }

  public static SchemaShelf in(Path folder) {
    return new SchemaShelf(folder);
  }

  /** What a reading is known by: reading a database again that did not change keeps nothing new. */
  private record Key(DatabaseSchema schema, String database) {}

  private static Hash hash(SchemaReading reading) {
    return Hash.of(Json.of(new Key(reading.schema(), reading.database())));
  }

  /** Keeps a reading, durably, and says under which hash; the first of equal ones stays. */
  public Hash keep(SchemaReading reading) throws IOException {
    Json content = Json.of(reading);
    Hash hash = hash(reading);
    Path file = file(hash);
    if (Files.exists(file)) {
      return hash;
    }
    Files.createDirectories(folder);
    Path fresh = Files.createTempFile(folder, "reading", ".new");
    try {
      Files.writeString(fresh, content.text());
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    } finally {
      Files.deleteIfExists(fresh);
    }
    return hash;
  }

  /**
   * The reading with this hash; empty if none was kept.
   *
   * @throws IOException if it cannot be read, or is not what was kept
   */
  public Optional<SchemaReading> find(Hash hash) throws IOException {
    Path file = file(hash);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      SchemaReading reading = Json.parse(Files.readString(file)).as(SchemaReading.class);
      if (hash(reading).equals(hash)) {
        return Optional.of(reading);
      }
    } catch (IllegalArgumentException | CharacterCodingException e) {
      // Whatever it holds now is not what was kept.
      throw new IOException(damaged(hash), Redaction.withheld(e));
    }
    throw new IOException(damaged(hash));
  }

  private static String damaged(Hash hash) {
    return "The kept schema "
        + hash.brief()
        + " is not what was kept: its file was changed or is cut. Remove it and read the database"
        + " again";
  }

  private Path file(Hash hash) {
    return folder.resolve(hash.hex() + ".json");
  }
}
