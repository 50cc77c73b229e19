package dev.weirkeeper.contracts.read;
final class DbtSchemaReader { private DbtSchemaReader() {} static boolean reads(Node n) { return false; } static Imported read(Node n) { throw n.malformed("x"); } }
