/** Semantic drift: what the values of a column are like, compared with the column's own history. */
@NullMarked
package dev.weirkeeper.drift.profile;

import org.jspecify.annotations.NullMarked;
