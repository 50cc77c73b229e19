package com.example.freshness;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Folders below one root where files arrive; each is an asset. Reads names and times of files,
 * never what is in them, and follows no link. Safe to share between threads.
 */
public final class LandingFolders implements ToolRegistry {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

  /** Input of {@code landing_newest_file}. */
  public record Newest(String folder) {}

  /**
   * Result of {@code landing_newest_file}.
   *
   * @param newest when the newest file was written; empty without files
   */
  public record Arrivals(int files, Optional<Instant> newest) {}

  private final String system;
  private final Path root;

  /**
   * @param system name of the root in assets
   */
  public LandingFolders(String system, Path root) {
    this.system = system;
    this.root = root;
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                "landing_newest_file",
                "Says how many files a landing folder holds and when the newest was written. Use it to"
                    + " see whether data still arrives.",
                Newest.class,
                Arrivals.class,
                this::newest)
            .targeting(input -> new Asset(system, input.folder())));
  }

  private Outcome newest(Newest input, Tool.Call call) {
    Optional<String> stop = call.stop();
    if (stop.isPresent()) {
      return new Outcome.Refused(stop.get());
    }
    if (!NAME.matcher(input.folder()).matches()) {
      return new Outcome.Refused(
          "The name of a folder is 1 to 64 letters, digits, - and _, the first no - or _");
    }
    Probe<Arrivals> read = read(input.folder());
    return read instanceof Probe.Value<Arrivals> value
        ? new Outcome.Done(Json.of(value.value()), Outcome.Verification.NOT_NEEDED)
        : new Outcome.Refused("There is no such folder, or it cannot be read");
  }

  /** What a detector may be shown of a folder. */
  public Observation observe(String folder, Instant at) {
    Probe<Arrivals> read = read(folder);
    return new Observation(
        new Asset(system, folder),
        at,
        Optional.empty(),
        List.of(
            new Facet.Metrics(
                List.of(new Facet.Metric(FreshnessDrift.AGE, age(read, at), at, at, true)))));
  }

  private static Probe<BigDecimal> age(Probe<Arrivals> read, Instant at) {
    if (read instanceof Probe.Value<Arrivals> arrivals) {
      return arrivals
          .value()
          .newest()
          .<Probe<BigDecimal>>map(
              newest ->
                  new Probe.Value<>(BigDecimal.valueOf(Duration.between(newest, at).toSeconds())))
          .orElseGet(Probe.Empty::new);
    }
    return new Probe.Unknown<>("the folder cannot be read");
  }

  private Probe<Arrivals> read(String folder) {
    Path path = root.resolve(folder);
    if (!NAME.matcher(folder).matches() || !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return new Probe.Unknown<>("there is no such folder");
    }
    int files = 0;
    Optional<Instant> newest = Optional.empty();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
      for (Path file : all) {
        BasicFileAttributes attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isRegularFile()) {
          files++;
          Instant written = attributes.lastModifiedTime().toInstant();
          newest = newest.filter(written::isBefore).or(() -> Optional.of(written));
        }
      }
    } catch (IOException e) {
      return new Probe.Unknown<>("the folder cannot be read: " + e.getClass().getSimpleName());
    }
    return new Probe.Value<>(new Arrivals(files, newest));
  }
}
