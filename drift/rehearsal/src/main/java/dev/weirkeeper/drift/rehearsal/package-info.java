/**
 * Tries a migration out on a PostgreSQL server of its own before anybody runs it where it counts,
 * and writes down what it did there as a proof.
 */
@NullMarked
package dev.weirkeeper.drift.rehearsal;

import org.jspecify.annotations.NullMarked;
