package dev.weirkeeper;

/** Whether a column takes NULL. The log of a database does not always tell. */
public enum Nullability {
  REQUIRED,
  OPTIONAL,
  /** Nobody has said: no statement about nullability follows from it. */
  UNKNOWN
}
