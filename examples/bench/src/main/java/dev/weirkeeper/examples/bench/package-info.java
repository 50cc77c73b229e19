/** Benchmarks, run by hand: each figure is a ratio to a baseline measured in the same run. */
@NullMarked
package dev.weirkeeper.examples.bench;

import org.jspecify.annotations.NullMarked;
