package dev.weirkeeper.drift.profile.store;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.profile.ProfileBaselines;
import dev.weirkeeper.drift.profile.ProfileKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keeps the baselines of profiles in a folder, one file for each table and series, so that what is
 * usual is known after a restart. A file is replaced as a whole: written beside, forced to disk,
 * renamed. After a crash the old or the new one is there.
 *
 * <p>Baselines hold values of rows, so files are encrypted (AES-256-GCM under a key derived from
 * the {@link ProfileKey}); their names are hashes. To erase a table is {@link #forget}; to destroy
 * the key erases all. A file that is damaged, was exchanged with another or is of another key is
 * Unknown, never Empty: a table would else be learned anew with its drift.
 *
 * <p>Bounded: a file takes at most 64 MiB, the folder as many files as the host says. For one
 * process; safe to share between its threads.
 */
public final class ProfileHistory {
  private static final byte[] FORM = "WKPROF1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int MOST_BYTES = 64 << 20;
  private static final String SUFFIX = ".profile";
  private static final String FRESH = ".new";
  private static final Pattern SERIES = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private final Path folder;
  private final int mostFiles;
  private final SecretKeySpec key;
  private final SecureRandom nonces;

  private record Name(Asset asset, String series) {}

  private ProfileHistory(Path folder, int mostFiles, SecretKeySpec key, SecureRandom nonces) {
    this.folder = folder;
    this.mostFiles = mostFiles;
    this.key = key;
    this.nonces = nonces;
  }

  /**
   * Opens a folder, or makes one that only its owner may read, and removes what a killed process
   * left unfinished.
   *
   * @param mostFiles how many tables and series it may hold
   * @param nonces must be unforeseeable
   */
  public static ProfileHistory open(Path folder, int mostFiles, ProfileKey key, SecureRandom nonces)
      throws IOException {
    if (mostFiles < 1) {
      throw new IllegalArgumentException("A folder holds at least one file, not " + mostFiles);
    }
    requireNonNull(nonces, "nonces");
    if (isPosix(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, "*" + FRESH)) {
      for (Path file : unfinished) {
        Files.delete(file);
      }
    }
    return new ProfileHistory(
        folder, mostFiles, new SecretKeySpec(key.derived("profile-history"), "AES"), nonces);
  }

  private static boolean isPosix(Path folder) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** The baselines of one series, for those who only read. */
  public ProfileBaselines baselines(String series) {
    requireSeries(series);
    return table -> read(table, series);
  }

  /**
   * The baseline of a table. Empty if none was ever written; Unknown with a reason if there is one
   * that cannot be read.
   *
   * @param series what kind of windows: {@code sample}, {@code feed-hourly}
   */
  public synchronized Probe<Observation> read(Asset table, String series) {
    Path file = file(table, series);
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        return damaged(file, "is larger than any that is written");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException never) {
      return new Probe.Empty<>();
    } catch (IOException e) {
      return damaged(file, "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
    return opened(file, bytes, table);
  }

  private Probe<Observation> opened(Path file, byte[] bytes, Asset table) {
    int head = FORM.length + NONCE_BYTES;
    if (bytes.length < head || !Arrays.equals(bytes, 0, FORM.length, FORM, 0, FORM.length)) {
      return damaged(file, "is no history, or one of another version");
    }
    try {
      byte[] nonce = Arrays.copyOfRange(bytes, FORM.length, head);
      byte[] text =
          cipher(Cipher.DECRYPT_MODE, nonce, file).doFinal(bytes, head, bytes.length - head);
      Observation read = Json.parse(new String(text, StandardCharsets.UTF_8)).as(Observation.class);
      return read.asset().equals(table)
          ? new Probe.Value<>(read)
          : damaged(file, "is of another table");
    } catch (AEADBadTagException e) {
      return damaged(file, "is damaged, was written under another key or was exchanged");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return damaged(file, "cannot be decrypted or read");
    }
  }

  private static Probe<Observation> damaged(Path file, String what) {
    return new Probe.Unknown<>(
        "the history "
            + file.getFileName()
            + " "
            + what
            + "; restore it or let the host forget it, then the table is learned anew");
  }

  /**
   * Keeps a baseline. On return it is on disk.
   *
   * @throws IOException if it cannot be written, is too large, or the folder is full; what was
   *     there stays
   */
  public synchronized void write(String series, Observation baseline) throws IOException {
    Path file = file(baseline.asset(), series);
    byte[] text = Json.of(baseline).text().getBytes(StandardCharsets.UTF_8);
    if (text.length > MOST_BYTES - FORM.length - NONCE_BYTES - TAG_BITS / 8) {
      throw new IOException(
          "The history of a table takes "
              + text.length
              + " bytes, more than "
              + MOST_BYTES
              + ": profile fewer columns, or choose a season with fewer slots");
    }
    if (!Files.exists(file) && files() >= mostFiles) {
      throw new IOException(
          "The folder of profile histories holds "
              + mostFiles
              + " files, as many as the host allows: forget tables, or allow more");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    nonces.nextBytes(nonce);
    Path fresh = folder.resolve(file.getFileName() + FRESH);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, file).doFinal(text);
      force(fresh, ByteBuffer.wrap(FORM), ByteBuffer.wrap(nonce), ByteBuffer.wrap(sealed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has AES-GCM", e);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceNames();
  }

  /** Erases the baseline of a table, where there is one. On return it is gone from the folder. */
  public synchronized void forget(Asset table, String series) throws IOException {
    Files.deleteIfExists(file(table, series));
    forceNames();
  }

  private int files() throws IOException {
    int files = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path ignored : all) {
        files++;
      }
    }
    return files;
  }

  /** The name of the file is sealed with it, so that none can stand for another. */
  private Cipher cipher(int mode, byte[] nonce, Path file) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(file.getFileName().toString().getBytes(StandardCharsets.US_ASCII));
    return cipher;
  }

  private static void force(Path file, ByteBuffer... parts) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (ByteBuffer part : parts) {
        while (part.hasRemaining()) {
          channel.write(part);
        }
      }
      channel.force(true);
    }
  }

  private void forceNames() throws IOException {
    if (isPosix(folder)) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  private Path file(Asset table, String series) {
    requireSeries(series);
    return folder.resolve(Hash.of(Json.of(new Name(table, series))).hex() + SUFFIX);
  }

  private static void requireSeries(String series) {
    if (!SERIES.matcher(series).matches()) {
      throw new IllegalArgumentException(
          "A series is a kebab-case word of at most 64 characters, got '" + series + "'");
    }
  }
}
