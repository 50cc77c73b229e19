package dev.weirkeeper;

/** How a value is hidden from those who read through tools; a later one hides more. */
public enum Mask {
  /** It is shown. */
  NONE,
  /** Its last four characters are shown, if it has at least eight. */
  PARTIAL,
  /**
   * A pseudonym is shown: the same for the same value within one host, so that it can be joined.
   */
  HASH,
  /** It is shown as if there were none. */
  NULL,
  /** Nothing is shown, not even whether there is a value. */
  REDACT
}
