/** Judges data sets in memory: frame by frame, column by column, without boxed values. */
@NullMarked
package dev.weirkeeper.contracts.memory;

import org.jspecify.annotations.NullMarked;
