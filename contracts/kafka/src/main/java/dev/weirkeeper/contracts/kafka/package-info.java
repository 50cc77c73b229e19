/**
 * Records of Kafka topics for a screen: readers of Debezium envelopes, and a consumer that pauses.
 */
@NullMarked
package dev.weirkeeper.contracts.kafka;

import org.jspecify.annotations.NullMarked;
