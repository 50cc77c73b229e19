package dev.weirkeeper;

/** Who saw a schema fact. */
public enum Evidence {
  /** The log carries it, in its place: a message written by the DDL event trigger, confirmed. */
  LOGGED,
  /** The log's own description of the rows that follow. */
  RELATION,
  /** A live catalog read, which may be ahead of the stream: provisional. */
  CATALOG,
  /**
   * A live catalog read that is no newer than the rows it describes: the transactions that wrote
   * what it says are behind them in the stream.
   */
  SETTLED,
  /**
   * Records that name their columns and know nothing else that would stay: a renamed column looks
   * like one that went and another that came.
   */
  NAMES
}
