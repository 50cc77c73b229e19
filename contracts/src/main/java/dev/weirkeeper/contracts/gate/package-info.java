/** The gate: nothing is published that a contract does not let through, and nothing is lost. */
@NullMarked
package dev.weirkeeper.contracts.gate;

import org.jspecify.annotations.NullMarked;
