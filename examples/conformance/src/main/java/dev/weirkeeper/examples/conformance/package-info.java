/** A server with the fixture of the official MCP conformance suite, over our transports. */
@NullMarked
package dev.weirkeeper.examples.conformance;

import org.jspecify.annotations.NullMarked;
