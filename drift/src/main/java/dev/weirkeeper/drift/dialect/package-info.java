/**
 * How mirrors in other systems than PostgreSQL follow a schema: each system's own statements, and
 * what it refuses, from the table of targets.
 */
@NullMarked
package dev.weirkeeper.drift.dialect;

import org.jspecify.annotations.NullMarked;
