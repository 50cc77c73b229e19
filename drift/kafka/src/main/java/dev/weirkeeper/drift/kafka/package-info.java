/** Topics of a Debezium connector as a source: what they hold, where a host stands in them. */
@NullMarked
package dev.weirkeeper.drift.kafka;

import org.jspecify.annotations.NullMarked;
