/** Real parts for tests and examples. */
@NullMarked
package dev.weirkeeper.testkit;

import org.jspecify.annotations.NullMarked;
