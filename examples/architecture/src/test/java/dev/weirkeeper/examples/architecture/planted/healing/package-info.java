/** Violations that the rules must find. */
@NullMarked
package dev.weirkeeper.examples.architecture.planted.healing;

import org.jspecify.annotations.NullMarked;
