/**
 * From one database schema to another: typed changes, and the safest sequence of statements with
 * what each of them locks, reads, risks, needs and leaves.
 */
@NullMarked
package dev.weirkeeper.drift.plan;

import org.jspecify.annotations.NullMarked;
