/** One governed stream, end to end: the first thing a newcomer runs. */
@NullMarked
package dev.weirkeeper.examples.quickstart;

import org.jspecify.annotations.NullMarked;
