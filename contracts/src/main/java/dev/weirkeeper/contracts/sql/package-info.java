/**
 * Answers metrics by SQL: one expression tree, dialects as tables of differences, and an engine
 * that has a database do the work. What a dialect cannot say exactly is read as frames and answered
 * in memory.
 */
@NullMarked
package dev.weirkeeper.contracts.sql;

import org.jspecify.annotations.NullMarked;
