/** Keeps the log book: sinks that make records durable, and readers that check them. */
@NullMarked
package dev.weirkeeper.audit;

import org.jspecify.annotations.NullMarked;
