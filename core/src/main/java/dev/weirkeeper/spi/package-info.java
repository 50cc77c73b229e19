/**
 * What others implement: detectors, planners, policies, judges, sinks, tools, feeds and targets.
 */
@NullMarked
package dev.weirkeeper.spi;

import org.jspecify.annotations.NullMarked;
