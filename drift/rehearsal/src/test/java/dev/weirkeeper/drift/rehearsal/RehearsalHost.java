package dev.weirkeeper.drift.rehearsal;

/** Keeps a scratch server until somebody kills it. */
final class RehearsalHost {
  private RehearsalHost() {}

  public static void main(String... arguments) throws Exception {
    ScratchServer server =
        Rehearser.builder(PostgresBinaries.onClassPath())
            .build()
            .server(Integer.parseInt(arguments[0]));
    System.out.println(server.folder());
    System.out.flush();
    Thread.currentThread().join();
  }
}
