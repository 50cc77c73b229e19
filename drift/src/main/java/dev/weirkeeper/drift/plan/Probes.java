package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.ObjectName;

/** Queries that give one boolean: is it done already? */
final class Probes {
  private Probes() {}

  static String relation(ObjectName name) {
    return "SELECT pg_catalog.to_regclass(" + Sql.named(name) + ") IS NOT NULL";
  }

  static String not(String probe) {
    return "SELECT NOT (" + probe + ")";
  }

  static String type(ObjectName name) {
    return "SELECT pg_catalog.to_regtype(" + Sql.named(name) + ") IS NOT NULL";
  }

  static String namespace(String name) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = "
        + Sql.literal(name)
        + ")";
  }

  static String label(ObjectName type, String label) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype("
        + Sql.named(type)
        + ") AND enumlabel = "
        + Sql.literal(label)
        + ")";
  }

  static String column(ObjectName table, String column) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid ="
        + " pg_catalog.to_regclass("
        + Sql.named(table)
        + ") AND attname = "
        + Sql.literal(column)
        + " AND NOT attisdropped)";
  }

  static String columnType(ObjectName table, String column, String type) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid ="
        + " pg_catalog.to_regclass("
        + Sql.named(table)
        + ") AND attname = "
        + Sql.literal(column)
        + " AND pg_catalog.format_type(atttypid, atttypmod) = "
        + Sql.literal(type)
        + ")";
  }

  static String required(ObjectName table, String column) {
    return attribute(table, column, "attnotnull");
  }

  static String relaxed(ObjectName table, String column) {
    return attribute(table, column, "NOT attnotnull");
  }

  private static String attribute(ObjectName table, String column, String condition) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid ="
        + " pg_catalog.to_regclass("
        + Sql.named(table)
        + ") AND attname = "
        + Sql.literal(column)
        + " AND "
        + condition
        + ")";
  }

  static String constraint(ObjectName table, String constraint) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid ="
        + " pg_catalog.to_regclass("
        + Sql.named(table)
        + ") AND conname = "
        + Sql.literal(constraint)
        + ")";
  }

  static String validated(ObjectName table, String constraint) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid ="
        + " pg_catalog.to_regclass("
        + Sql.named(table)
        + ") AND conname = "
        + Sql.literal(constraint)
        + " AND convalidated)";
  }

  static String validIndex(ObjectName index) {
    return "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid ="
        + " pg_catalog.to_regclass("
        + Sql.named(index)
        + ") AND indisvalid)";
  }
}
