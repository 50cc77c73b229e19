package dev.weirkeeper.examples.kafkascreen;

import java.nio.charset.StandardCharsets;

/** Debezium's envelopes of a small table, with their schema. */
final class Envelopes {
  private Envelopes() {}

  private static final String FIELDS =
      "{\"field\":\"id\",\"type\":\"int32\",\"optional\":false},"
          + "{\"field\":\"total\",\"type\":\"bytes\",\"optional\":true,\"name\":\"org.apache.kafka.connect.data.Decimal\",\"parameters\":{\"scale\":\"2\",\"connect.decimal.precision\":\"10\"}},"
          + "{\"field\":\"note\",\"type\":\"string\",\"optional\":true}";
  private static final String MORE = ",{\"field\":\"extra\",\"type\":\"string\",\"optional\":true}";
  private static final String LESS = "{\"field\":\"id\",\"type\":\"int32\",\"optional\":false}";

  static byte[] key(int id) {
    return bytes("{\"id\":" + id + "}");
  }

  static byte[] insert(int id, int cents, String note) {
    return envelope(FIELDS, id, row(id, cents, note), "");
  }

  static byte[] insertWithExtra(int id, int cents) {
    return envelope(FIELDS + MORE, id, row(id, cents, "n"), ",\"extra\":\"e\"");
  }

  static byte[] insertOfIdAlone(int id) {
    return envelope(LESS, id, "\"id\":" + id, "");
  }

  private static String row(int id, int cents, String note) {
    String total =
        java.util.Base64.getEncoder()
            .encodeToString(java.math.BigInteger.valueOf(cents).toByteArray());
    return "\"id\":" + id + ",\"total\":\"" + total + "\",\"note\":\"" + note + "\"";
  }

  private static byte[] envelope(String fields, int lsn, String row, String more) {
    return bytes(
        "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"before\",\"type\":\"struct\",\"fields\":["
            + fields
            + "]},{\"field\":\"after\",\"type\":\"struct\",\"fields\":["
            + fields
            + "]}]},\"payload\":{\"op\":\"c\",\"before\":null,\"after\":{"
            + row
            + more
            + "},\"source\":{\"schema\":\"public\",\"table\":\"orders\",\"lsn\":"
            + lsn
            + ",\"txId\":1,\"ts_ms\":1000,\"sequence\":\"[\\\"1\\\",\\\""
            + lsn
            + "\\\"]\"}}}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
