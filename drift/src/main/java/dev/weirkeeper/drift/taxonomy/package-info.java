/** What a change means for whom: all kinds of change, and one verdict for each who reads. */
@NullMarked
package dev.weirkeeper.drift.taxonomy;

import org.jspecify.annotations.NullMarked;
