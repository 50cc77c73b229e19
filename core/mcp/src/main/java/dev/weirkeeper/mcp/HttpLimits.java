package dev.weirkeeper.mcp;

import java.time.Duration;

/**
 * How much clients may ask of an endpoint.
 *
 * @param sessions of all clients at a time
 * @param sessionsEach of one principal at a time
 * @param perSecond requests of one principal in the long run
 * @param burst requests of one principal at once
 * @param calls that are answered at a time; a principal has half of them at most
 * @param idle how long a session without requests and without a stream is kept
 * @param write how long a client may leave what was sent to it unread
 * @param heartbeat how long a stream is silent before the client is sent a sign of life, by which
 *     one that has gone is noticed
 */
record HttpLimits(
    int sessions,
    int sessionsEach,
    int perSecond,
    int burst,
    int calls,
    Duration idle,
    Duration write,
    Duration heartbeat) {
  static final HttpLimits USUAL =
      new HttpLimits(
          1024,
          64,
          100,
          400,
          32,
          Duration.ofMinutes(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));

  HttpLimits {
    require(sessions, "number of sessions");
    require(sessionsEach, "number of sessions of a principal");
    require(perSecond, "number of requests in a second");
    require(burst, "number of requests at once");
    require(calls, "number of calls at a time");
    require(idle, "time that a session may be idle");
    require(write, "time to read");
    require(heartbeat, "time between signs of life");
  }

  HttpLimits sessions(int all, int each) {
    return new HttpLimits(all, each, perSecond, burst, calls, idle, write, heartbeat);
  }

  HttpLimits rate(int inTheLongRun, int atOnce) {
    return new HttpLimits(
        sessions, sessionsEach, inTheLongRun, atOnce, calls, idle, write, heartbeat);
  }

  HttpLimits calls(int atATime) {
    return new HttpLimits(
        sessions, sessionsEach, perSecond, burst, atATime, idle, write, heartbeat);
  }

  HttpLimits idle(Duration longest) {
    return new HttpLimits(
        sessions, sessionsEach, perSecond, burst, calls, longest, write, heartbeat);
  }

  HttpLimits streams(Duration unread, Duration silence) {
    return new HttpLimits(sessions, sessionsEach, perSecond, burst, calls, idle, unread, silence);
  }

  private static void require(int value, String what) {
    if (value < 1) {
      throw new IllegalArgumentException("The " + what + " is at least 1, got " + value);
    }
  }

  private static void require(Duration value, String what) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("The " + what + " is positive, got " + value);
    }
  }
}
