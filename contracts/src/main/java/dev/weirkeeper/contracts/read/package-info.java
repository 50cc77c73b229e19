/** Reads contracts from the documents that people have, accounting for all that those ask for. */
@NullMarked
package dev.weirkeeper.contracts.read;

import org.jspecify.annotations.NullMarked;
