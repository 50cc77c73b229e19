package dev.weirkeeper.examples.architecture.planted.audit;

import dev.weirkeeper.examples.architecture.planted.internal.Hidden;

record UsesInternalsOfCore(Hidden hidden) {}
