/** Validates whole data sets: what engines are asked for, and what rules make of the answers. */
@NullMarked
package dev.weirkeeper.contracts.engine;

import org.jspecify.annotations.NullMarked;
