package dev.weirkeeper;

/** Whether an act can be taken back. */
public enum Undo {
  EXACT,
  /** Another act makes up for it; traces stay. */
  COMPENSATING,
  NONE
}
