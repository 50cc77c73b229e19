/** Tests of a dbt project as a tool, and what its artifacts say. */
@NullMarked
package dev.weirkeeper.contracts.dbt;

import org.jspecify.annotations.NullMarked;
