package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;

/**
 * A data set in a state that does not change: what exactly was judged.
 *
 * @param version digest of a file, snapshot id, version of a table; says what the engine froze
 */
public record DatasetRef(Asset asset, String version) {
  public DatasetRef {
    requireNonNull(asset, "asset");
    requireNonNull(version, "version");
  }
}
