package dev.weirkeeper;

/** Whether a second call with the same input does harm. */
public enum Repeat {
  SAFE,
  ONCE
}
