package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.drift.taxonomy.TargetMatrix;

/** A system whose statements this package writes. Which of them were executed, it says itself. */
public enum Dialect {
  /** DuckDB 1.5. The tests execute what is rendered. */
  DUCKDB("duckdb"),
  /** Snowflake. Rendered from the vendor's pages; not executed. */
  SNOWFLAKE("snowflake"),
  /** BigQuery. Rendered from the vendor's pages; not executed. */
  BIGQUERY("bigquery"),
  /**
   * Delta tables by Spark SQL, as Databricks has it. Rendered from Delta's sources; not executed.
   */
  DELTA("delta"),
  /** Iceberg format 2 by Spark SQL. Rendered from Iceberg's sources; not executed. */
  ICEBERG_V2("iceberg-v2"),
  /** Iceberg format 3 by Spark SQL. Rendered from Iceberg's sources; not executed. */
  ICEBERG_V3("iceberg-v3"),
  /** MySQL 8.4 with InnoDB. Rendered from the vendor's pages; not executed. */
  MYSQL("mysql");

  private final String id;

  Dialect(String id) {
    this.id = id;
  }

  /** Its name in the {@link TargetMatrix} and in {@code Migration.dialect}. */
  public String id() {
    return id;
  }
}
