package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Listing;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.drift.profile.ProfileDrift;
import dev.weirkeeper.drift.profile.ProfileKey;
import dev.weirkeeper.drift.profile.ProfileTools;
import dev.weirkeeper.drift.profile.TableSampler;
import dev.weirkeeper.drift.profile.store.ProfileHistory;
import dev.weirkeeper.drift.profile.store.ProfileWatch;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the values of some tables: samples of masked rows, as {@code wk_read} sees them
 * in the target, and what samples before them were like, in {@code folder/profiles}. Tables are
 * called as at the source, since that is where a change of their values comes from.
 *
 * <p>Safe to share between threads.
 */
final class Profiles implements GovernedStream.Addition {
  private static final String SERIES = "sample";
  private static final long CHARACTERS = 16L << 20;

  /** Histories of tables that are sampled no more may stay until somebody removes them. */
  private static final int FORMER = 1_000;

  private final String system;
  private final List<Asset> tables;
  private final TableSampler sampler;
  private final ProfileHistory history;
  private final ProfileDrift drift;

  private Profiles(
      Config config, TableReader masked, ProfileHistory history, ProfileKey key, Clock clock) {
    this.system = config.source().system();
    this.tables =
        config.profiling().tables().stream().map(table -> new Asset(system, table)).toList();
    this.sampler =
        new TableSampler(
            mirror(masked, config.target().system()), config.profiling().rows(), CHARACTERS, clock);
    this.history = history;
    this.drift = ProfileDrift.with(key);
  }

  /**
   * Makes the key of the profiles at first start.
   *
   * @param masking as agents see rows
   * @throws IOException if key or histories cannot be used
   */
  static Profiles open(Config config, Masking masking, Clock clock)
      throws IOException, SQLException {
    Path folder = config.folder().resolve("profiles");
    ProfileKey key = ProfileKey.of(MaskingKey.in(config.folder().resolve("profile.key")));
    return new Profiles(
        config,
        PostgresReadTools.builder(
                config.target().system(),
                config.logins().target(PostgresBoundary.Login.READ, config.target().url()),
                masking)
            .build()
            .reader(),
        ProfileHistory.open(
            folder, config.profiling().tables().size() + FORMER, key, new SecureRandom()),
        key,
        clock);
  }

  /** The tool with nothing behind it, for those who explain what there would be. */
  static ToolRegistry shown(Config config) {
    return new ProfileTools(
        config.source().system(),
        new TableSampler(
            (table, rows, characters, call) -> new Probe.Unknown<>("this only explains"),
            1,
            1,
            Clock.systemUTC()),
        table -> new Probe.Unknown<>("this only explains"),
        ProfileDrift.with(ProfileKey.of(new byte[32])));
  }

  @Override
  public List<ToolRegistry> over(GovernedStream.Parts parts) {
    return List.of(
        new ProfileTools(
            system,
            sampler,
            table ->
                known(table)
                    .map(one -> history.read(one, SERIES))
                    .orElseGet(() -> new Probe.Empty<>()),
            drift));
  }

  List<Asset> tables() {
    return tables;
  }

  TableSampler sampler() {
    return sampler;
  }

  /** Remembers samples and says what changed in them. */
  ProfileWatch watch() {
    return new ProfileWatch(history, drift, SERIES);
  }

  /** The table that somebody calls by its name or handle; empty if the host does not profile it. */
  private Optional<Asset> known(Asset called) {
    return tables.stream().filter(table -> Listing.isCalled(table, called)).findFirst();
  }

  private TableReader mirror(TableReader masked, String target) {
    return (table, rows, characters, call) ->
        known(table)
            .map(one -> masked.read(new Asset(target, one.name()), rows, characters, call))
            .orElseGet(
                () ->
                    new Probe.Unknown<>(
                        "the host does not profile it; it profiles "
                            + tables.size()
                            + " tables, which its configuration names under profile"));
  }
}
