/** What a change at the source means for those who rest on it, and what could be done instead. */
@NullMarked
package dev.weirkeeper.drift.impact;

import org.jspecify.annotations.NullMarked;
