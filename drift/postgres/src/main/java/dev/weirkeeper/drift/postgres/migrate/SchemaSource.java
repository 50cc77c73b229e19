package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import java.util.List;

/** Reads the schemas that a migration is about. */
final class SchemaSource {
  private SchemaSource() {}

  static CatalogWatch.Source of(List<String> schemas) {
    SchemaReader reader = schemas.isEmpty() ? SchemaReader.ofAll() : SchemaReader.of(schemas);
    return connection -> reader.read(connection).schema();
  }
}
