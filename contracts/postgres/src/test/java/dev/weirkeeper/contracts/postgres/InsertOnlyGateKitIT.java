package dev.weirkeeper.contracts.postgres;

/** A login that may only insert cannot keep others out: gates compare versions. */
class InsertOnlyGateKitIT extends PostgresGateTargetKitIT {
  @Override
  protected boolean upserts() {
    return false;
  }
}
