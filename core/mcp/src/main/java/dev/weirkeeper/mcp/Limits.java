package dev.weirkeeper.mcp;

/**
 * How much a client may ask of a server.
 *
 * @param messageBytes of one message in UTF-8
 * @param depth of nested objects and arrays in a message
 * @param inFlight requests of one session that are waiting or being answered; a transport reads on
 *     when there is room again
 * @param resultBytes of the answer of one tool in UTF-8
 */
record Limits(int messageBytes, int depth, int inFlight, int resultBytes) {
  static final Limits USUAL = new Limits(1024 * 1024, 32, 256, 64 * 1024);

  Limits {
    require(messageBytes, 1024, "message size in bytes");
    require(depth, 8, "depth of messages");
    require(inFlight, 1, "number of requests in flight");
    require(resultBytes, 1024, "result size in bytes");
  }

  private static void require(int value, int least, String what) {
    if (value < least) {
      throw new IllegalArgumentException(
          "The " + what + " is at least " + least + ", got " + value);
    }
  }
}
