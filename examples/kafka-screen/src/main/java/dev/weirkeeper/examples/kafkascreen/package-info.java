/** A consumer of a Kafka topic with its own sink, screened. */
@NullMarked
package dev.weirkeeper.examples.kafkascreen;

import org.jspecify.annotations.NullMarked;
