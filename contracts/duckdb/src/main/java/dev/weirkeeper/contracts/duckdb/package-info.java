/** Free SQL for agents over copied, masked rows. */
@NullMarked
package dev.weirkeeper.contracts.duckdb;

import org.jspecify.annotations.NullMarked;
