/** Violations that the rules must find. */
@NullMarked
package dev.weirkeeper.examples.architecture.planted.internal;

import org.jspecify.annotations.NullMarked;
