package dev.weirkeeper.spi;

import java.util.List;

/** A set of tools. Offering a tool grants nobody the right to use it. */
public interface ToolRegistry {
  List<Tool<?, ?>> tools();
}
