package dev.weirkeeper;

/** Where a row goes. */
public enum Route {
  PUBLISH,
  QUARANTINE,
  SPOOL
}
