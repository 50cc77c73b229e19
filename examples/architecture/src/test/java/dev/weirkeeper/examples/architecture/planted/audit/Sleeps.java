package dev.weirkeeper.examples.architecture.planted.audit;

record Sleeps(long millis) {
  void sleep() throws InterruptedException {
    Thread.sleep(millis);
  }
}
