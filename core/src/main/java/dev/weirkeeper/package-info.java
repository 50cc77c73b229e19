/** What a host uses: the vocabulary, the door, the journal and the pipeline. */
@NullMarked
package dev.weirkeeper;

import org.jspecify.annotations.NullMarked;
