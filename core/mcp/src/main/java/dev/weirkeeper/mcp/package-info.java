/** The tools of a door for Model Context Protocol clients, over stdio and streamable HTTP. */
@NullMarked
package dev.weirkeeper.mcp;

import org.jspecify.annotations.NullMarked;
