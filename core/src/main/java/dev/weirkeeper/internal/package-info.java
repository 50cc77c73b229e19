/** Core's own business: not for other modules. */
@NullMarked
package dev.weirkeeper.internal;

import org.jspecify.annotations.NullMarked;
