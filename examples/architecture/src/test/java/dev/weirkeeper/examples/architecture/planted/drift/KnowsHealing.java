package dev.weirkeeper.examples.architecture.planted.drift;

import dev.weirkeeper.examples.architecture.planted.healing.Neighbour;

record KnowsHealing(Neighbour neighbour) {}
