package dev.weirkeeper.examples.architecture.planted.healing;

public record Neighbour(String name) {}
