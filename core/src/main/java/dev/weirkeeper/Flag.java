package dev.weirkeeper;

/** What else is true of a finding, whatever its verdict. */
public enum Flag {
  /** A thing has another name and is the same thing. */
  RENAME,
  /** Stored values changed and no row event said so: the rows must be read again. */
  RESYNC,
  /** Existing rows have a value that the target must be given. */
  BACKFILL,
  /** The stream alone cannot show it. */
  INVISIBLE,
  /** What is captured changed, not the table. */
  SCOPE,
  /** Rights or policies changed. */
  GOVERNANCE,
  /** The evidence is a live read that may be ahead of the stream. */
  PROVISIONAL
}
