package dev.weirkeeper.spi;

import java.util.List;

/**
 * A set of tools. Offering a tool grants nobody the right to use it.
 *
 * <p>The list MUST be the same each time; names MUST be unique; each tool MUST have a description,
 * and the input schema of its input record. A tool that reads MUST be safe to repeat. A tool whose
 * calls go on elsewhere MUST name the tool that settles them, one that reads.
 */
public interface ToolRegistry {
  List<Tool<?, ?>> tools();
}
