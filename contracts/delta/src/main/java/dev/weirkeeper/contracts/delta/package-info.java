/** Delta tables as a target of the gate, by Delta Kernel. */
@NullMarked
package dev.weirkeeper.contracts.delta;

import org.jspecify.annotations.NullMarked;
