package dev.weirkeeper.contracts.gate;

/**
 * How many rows came, and what becomes of them. No row is lost: they add up.
 *
 * @param dropped rows of a replay that are published already, or that something newer replaced
 */
public record GateTally(long in, long published, long quarantined, long dropped) {
  public GateTally {
    if (in < 0 || published < 0 || quarantined < 0 || dropped < 0) {
      throw new IllegalArgumentException("Rows are counted from 0");
    }
    if (in != published + quarantined + dropped) {
      throw new IllegalArgumentException(
          "Of "
              + in
              + " rows, "
              + published
              + " published, "
              + quarantined
              + " quarantined and "
              + dropped
              + " dropped do not add up");
    }
  }

  public static GateTally of(long published, long quarantined, long dropped) {
    return new GateTally(published + quarantined + dropped, published, quarantined, dropped);
  }
}
