package dev.weirkeeper.examples.architecture.planted.audit.unmarked;

record Unmarked(String text) {}
