/**
 * A whole database as its catalog describes it, as values: what comparisons and migrations read.
 */
@NullMarked
package dev.weirkeeper.drift.schema;

import org.jspecify.annotations.NullMarked;
