/** Typed changes of a PostgreSQL target's tables. There is no way to pass SQL in. */
@NullMarked
package dev.weirkeeper.healing.postgres;

import org.jspecify.annotations.NullMarked;
