package dev.weirkeeper.examples.architecture.planted.internal;

public record Hidden(String text) {}
