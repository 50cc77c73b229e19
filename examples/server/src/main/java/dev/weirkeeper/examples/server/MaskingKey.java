package dev.weirkeeper.examples.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/** A key of the host, in a file that only the server's user may read: made at first start. */
final class MaskingKey {
  private static final int BYTES = 32;
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private MaskingKey() {}

  /**
   * @throws IOException if there is a file that others may read, or that holds no such key
   */
  static byte[] in(Path file) throws IOException {
    byte[] fresh = new byte[BYTES];
    new SecureRandom().nextBytes(fresh);
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER))) {
      channel.write(ByteBuffer.wrap(fresh));
      return fresh;
    } catch (FileAlreadyExistsException e) {
      return existing(file);
    }
  }

  private static byte[] existing(Path file) throws IOException {
    if (!OWNER.containsAll(Files.getPosixFilePermissions(file))) {
      throw new IOException(
          "Others may read the key " + file.getFileName() + "; run: chmod 600 on it");
    }
    byte[] key = Files.readAllBytes(file);
    if (key.length != BYTES) {
      throw new IOException(
          "The key "
              + file.getFileName()
              + " has "
              + key.length
              + " bytes and not "
              + BYTES
              + "; take the right one from a backup, or delete it for another (what was made with it is lost)");
    }
    return key;
  }
}
