package dev.weirkeeper;

import java.io.IOException;

/**
 * Something that a tool wants to know of a pipeline's target. Asked on the pipeline's thread
 * between two commits, since a target is confined to it: MUST be quick and bounded, and cannot
 * write.
 */
@FunctionalInterface
public interface PipelineQuestion<T> {
  T answer(Backlog backlog) throws IOException;
}
