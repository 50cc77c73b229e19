/** Contracts: what the rows of a table must keep, and the judges that the gate labels rows with. */
@NullMarked
package dev.weirkeeper.contracts;

import org.jspecify.annotations.NullMarked;
