/** Suites of Great Expectations as contracts, and results in its shape. */
@NullMarked
package dev.weirkeeper.contracts.gx;

import org.jspecify.annotations.NullMarked;
