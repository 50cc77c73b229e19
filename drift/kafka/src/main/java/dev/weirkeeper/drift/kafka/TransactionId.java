package dev.weirkeeper.drift.kafka;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a transaction in the form that its events and its boundaries share. PostgreSQL's is
 * {@code txId:LSN} where the LSN is that of the event, so only the first part names the
 * transaction.
 */
final class TransactionId {
  private static final Pattern POSTGRES = Pattern.compile("([0-9]{1,20}):[0-9]{1,20}");

  private TransactionId() {}

  static String of(String id) {
    Matcher matcher = POSTGRES.matcher(id);
    return matcher.matches() ? matcher.group(1) : id;
  }
}
