/** Reads the catalog of a PostgreSQL database as values that can be compared and planned with. */
@NullMarked
package dev.weirkeeper.drift.postgres.catalog;

import org.jspecify.annotations.NullMarked;
