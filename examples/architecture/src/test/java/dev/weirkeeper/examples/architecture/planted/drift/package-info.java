/** Violations that the rules must find. */
@NullMarked
package dev.weirkeeper.examples.architecture.planted.drift;

import org.jspecify.annotations.NullMarked;
