package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;

/** Ends the writing of a batch that one asset makes impossible. */
final class RefusalException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Asset asset;

  RefusalException(Asset asset, String reason) {
    super(reason);
    this.asset = asset;
  }

  Asset asset() {
    return asset;
  }
}
