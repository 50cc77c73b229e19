package dev.weirkeeper;

/** What a tool can do to the world outside. Says nothing of repetition or undo. */
public enum Effect {
  READ,
  WRITE,
  DESTRUCTIVE
}
