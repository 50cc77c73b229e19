/** Schema drift: what changed between two versions of a relation, how bad it is, what follows. */
@NullMarked
package dev.weirkeeper.drift;

import org.jspecify.annotations.NullMarked;
