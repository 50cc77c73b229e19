package dev.weirkeeper.mcp;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps one principal from having all of a server: how often each may ask, and how much of it is
 * answered at a time. Remembers only who has asked of late. Safe to share between threads.
 */
final class HttpAccounts {
  private static final double SECOND = 1e9;

  private static final class Account {
    private double left;
    private long at;
    private int calls;
    private int readings;
  }

  private final int perSecond;
  private final int burst;
  private final int callsEach;
  private final int readingsEach;
  private final int readingsAll;
  private final LongSupplier nanos;
  private final Map<String, Account> accounts = new HashMap<>();
  private int readings;

  HttpAccounts(HttpLimits limits, LongSupplier nanos) {
    this.perSecond = limits.perSecond();
    this.burst = limits.burst();
    this.callsEach = Math.max(1, limits.calls() / 2);
    this.readingsEach = limits.calls();
    this.readingsAll = 2 * limits.calls();
    this.nanos = nanos;
  }

  /**
   * Takes one request from what the principal has left.
   *
   * @return empty if it had one left; else after how long it will
   */
  synchronized Optional<Duration> take(String principal) {
    Account account = filled(principal);
    if (account.left >= 1) {
      account.left -= 1;
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos((long) Math.ceil((1 - account.left) / perSecond * SECOND)));
  }

  /** Begins a call; false if the principal has as many as it may. */
  synchronized boolean begin(String principal) {
    Account account = filled(principal);
    if (account.calls >= callsEach) {
      return false;
    }
    account.calls++;
    return true;
  }

  synchronized void end(String principal) {
    Account account = accounts.get(principal);
    if (account != null) {
      account.calls--;
    }
  }

  /**
   * Begins to read a message, which may come slowly and takes far more room once it is parsed;
   * false if the principal, or all of them, have as many on the way as they may.
   */
  synchronized boolean beginReading(String principal) {
    Account account = filled(principal);
    if (account.readings >= readingsEach || readings >= readingsAll) {
      return false;
    }
    account.readings++;
    readings++;
    return true;
  }

  synchronized void endReading(String principal) {
    Account account = accounts.get(principal);
    if (account != null) {
      account.readings--;
    }
    readings--;
  }

  /** Forgets whom nothing is held against. */
  synchronized void sweep() {
    accounts.keySet().stream().toList().forEach(this::filled);
    accounts
        .values()
        .removeIf(account -> account.calls == 0 && account.readings == 0 && account.left >= burst);
  }

  /** How many messages are being read. */
  synchronized int readings() {
    return readings;
  }

  synchronized int size() {
    return accounts.size();
  }

  private Account filled(String principal) {
    long now = nanos.getAsLong();
    Account account =
        accounts.computeIfAbsent(
            principal,
            ignored -> {
              Account fresh = new Account();
              fresh.left = burst;
              fresh.at = now;
              return fresh;
            });
    account.left = Math.min(burst, account.left + (now - account.at) / SECOND * perSecond);
    account.at = now;
    return account;
  }
}
