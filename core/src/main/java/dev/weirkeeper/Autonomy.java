package dev.weirkeeper;

/** How far policies may go on an asset without a person. */
public enum Autonomy {
  /** Findings are recorded; nothing is planned or done, and rows that do not fit are spooled. */
  OBSERVE,
  /** Plans are made and wait for a person. */
  PROPOSE,
  /** Plans within tolerance are carried out. */
  HEAL
}
