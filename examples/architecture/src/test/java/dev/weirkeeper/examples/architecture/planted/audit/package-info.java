/** Violations that the rules must find. */
@NullMarked
package dev.weirkeeper.examples.architecture.planted.audit;

import org.jspecify.annotations.NullMarked;
