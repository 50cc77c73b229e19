/**
 * A plugin for Weirkeeper as somebody else would write it: it sees when files of a landing folder
 * stop to arrive.
 */
@NullMarked
package com.example.freshness;

import org.jspecify.annotations.NullMarked;
