package dev.weirkeeper.examples.architecture.planted.audit;

public class CanBeExtended {}
