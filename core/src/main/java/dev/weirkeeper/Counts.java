package dev.weirkeeper;

/**
 * Change events by what became of them. Conservation holds by construction: {@code in = published +
 * quarantined + spooled}.
 */
public record Counts(long in, long published, long quarantined, long spooled) {
  public static final Counts ZERO = new Counts(0, 0, 0, 0);

  public Counts {
    if (published < 0 || quarantined < 0 || spooled < 0) {
      throw new IllegalArgumentException("Counts are never negative");
    }
    if (in != published + quarantined + spooled) {
      throw new IllegalArgumentException(
          "Rows are not conserved: in "
              + in
              + ", published "
              + published
              + ", quarantined "
              + quarantined
              + ", spooled "
              + spooled);
    }
  }

  public static Counts of(long published, long quarantined, long spooled) {
    return new Counts(published + quarantined + spooled, published, quarantined, spooled);
  }

  public Counts plus(Counts other) {
    return of(
        published + other.published, quarantined + other.quarantined, spooled + other.spooled);
  }
}
