/**
 * Runs migrations on a connection that a host or an administrator lends, so that an interrupted one
 * goes on where it stood and none is ever half applied without being known to be.
 */
@NullMarked
package dev.weirkeeper.drift.postgres.migrate;

import org.jspecify.annotations.NullMarked;
