package dev.weirkeeper;

/**
 * What the input of a tool is made of. A tainted caller may have read text that somebody planted,
 * so what it has written must be chosen and not worded: without an approval it uses only tools of
 * IDS.
 */
public enum Inputs {
  /** Ids that the host issued, names of things that exist, and numbers. */
  IDS,
  /** Also text that the caller words and that reaches the world. */
  TEXT
}
