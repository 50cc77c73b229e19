package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.internal.JsonReader;
import dev.weirkeeper.internal.JsonSchema;
import dev.weirkeeper.internal.JsonWriter;
import java.util.Map;

/**
 * A JSON value in canonical form (RFC 8785), so that equal values are equal text and have equal
 * hashes.
 *
 * <p>Records are objects with their components as members; an empty {@code Optional} is left out; a
 * permitted record of a sealed interface carries its kebab-case name as {@code "is"}; sets are
 * sorted; times are ISO-8601 in UTC; a map whose keys are neither text nor enum constants nor
 * hashes is a sorted list of entries with key and value. Integers beyond 2^53 do not survive as
 * JSON numbers and are refused: write them as text.
 */
public final class Json implements Comparable<Json> {
  private static final Json EMPTY = of(Map.of());

  private final String text;
  private final int depth;

  private Json(JsonWriter.Written written) {
    this.text = written.text();
    this.depth = written.depth();
  }

  /** An object without members. */
  public static Json empty() {
    return EMPTY;
  }

  /**
   * @param value a record, map, collection, string, number, boolean, enum, time, Optional or Json
   * @throws IllegalArgumentException if it has no canonical form, or nests deeper than 64 levels
   */
  public static Json of(Object value) {
    return value instanceof Json json ? json : new Json(JsonWriter.canonical(value));
  }

  /**
   * Reads any JSON text and canonicalises it.
   *
   * @throws IllegalArgumentException if it is not JSON, names a member twice, nests deeper than 64
   *     levels or holds an integer that no double is; the message quotes nothing of the text
   */
  public static Json parse(String text) {
    return of(JsonReader.tree(text));
  }

  /** JSON Schema (draft 2020-12) of a record: what {@link #as} accepts. */
  public static Json schemaOf(Class<? extends Record> type) {
    return of(JsonSchema.of(type));
  }

  public String text() {
    return text;
  }

  /** How many objects and arrays lie within each other: 0 for a scalar, at most 64. */
  public int depth() {
    return depth;
  }

  /**
   * The value as a record, map, list or scalar.
   *
   * @throws IllegalArgumentException if a member is missing, unknown or of another type; the
   *     message names it
   */
  public <T> T as(Class<T> type) {
    return JsonReader.read(text, requireNonNull(type, "type"));
  }

  @Override
  public int compareTo(Json other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Json json && json.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
