/** Histories of profiles in a folder. */
@NullMarked
package dev.weirkeeper.drift.profile.store;

import org.jspecify.annotations.NullMarked;
