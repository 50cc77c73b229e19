package dev.weirkeeper.drift.profile;

/** What texts such as {@code 04/11/2026} show of the order of day and month. */
public enum DateReading {
  /** No text has this form. */
  NONE,
  /** There are such texts and none tells. */
  AMBIGUOUS,
  DAY_FIRST,
  MONTH_FIRST,
  /** Some begin with the day and some with the month. */
  MIXED
}
