package dev.weirkeeper.mcp;

import dev.weirkeeper.Caller;
import dev.weirkeeper.ToolSpec;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * Who sent a request, and for how long that is known.
 *
 * @param within what his token lets him use of what the door grants him
 */
record HttpVisitor(Caller caller, Predicate<ToolSpec> within, Instant until) {
  String principal() {
    return caller.principal();
  }
}
