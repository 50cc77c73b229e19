package dev.weirkeeper.examples.architecture.planted.audit;

record Prints(String text) {
  void print() {
    System.out.println(text);
  }
}
