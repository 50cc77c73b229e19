/** A governed pipeline from one configuration file, with its tools for MCP clients. */
@NullMarked
package dev.weirkeeper.examples.server;

import org.jspecify.annotations.NullMarked;
