/** Spans and metrics of decisions, tool calls and conservation, through the OpenTelemetry API. */
@NullMarked
package dev.weirkeeper.otel;

import org.jspecify.annotations.NullMarked;
