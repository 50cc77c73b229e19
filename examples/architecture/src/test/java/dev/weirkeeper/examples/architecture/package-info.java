/** The rules of the code base, as tests. */
@NullMarked
package dev.weirkeeper.examples.architecture;

import org.jspecify.annotations.NullMarked;
