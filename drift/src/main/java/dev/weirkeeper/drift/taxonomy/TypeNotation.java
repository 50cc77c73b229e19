package dev.weirkeeper.drift.taxonomy;

/** How a system spells its types. */
public enum TypeNotation {
  /** {@code numeric(10,2)[]}, as the text of a core {@code Type}. */
  POSTGRESQL,
  /** {@code list<decimal(9, 2)>}, {@code struct<1: a: required int>} (Iceberg specification). */
  ICEBERG,
  /** {@code array<decimal(9,2)>}, {@code struct<a:int>} (Spark SQL, as Delta's protocol has it). */
  DELTA
}
