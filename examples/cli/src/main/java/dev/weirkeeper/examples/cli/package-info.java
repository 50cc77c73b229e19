/** A person's channel to a door, from a terminal. */
@NullMarked
package dev.weirkeeper.examples.cli;

import org.jspecify.annotations.NullMarked;
