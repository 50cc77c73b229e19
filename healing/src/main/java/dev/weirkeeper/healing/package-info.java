/** What to do about drift: a deterministic policy, and a pipeline's own acts as tools. */
@NullMarked
package dev.weirkeeper.healing;

import org.jspecify.annotations.NullMarked;
