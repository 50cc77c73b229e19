/**
 * Judges rows of a stream as they come, by the contracts in force; screens for hosts' own streams.
 */
@NullMarked
package dev.weirkeeper.contracts.stream;

import org.jspecify.annotations.NullMarked;
