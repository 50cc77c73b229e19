/** The PostgreSQL target: rows, quarantine, spool, ledger and position in one transaction. */
@NullMarked
package dev.weirkeeper.contracts.postgres;

import org.jspecify.annotations.NullMarked;
