/** PostgreSQL as a source: its log, snapshots of its tables, and how its schema came to be. */
@NullMarked
package dev.weirkeeper.drift.postgres;

import org.jspecify.annotations.NullMarked;
