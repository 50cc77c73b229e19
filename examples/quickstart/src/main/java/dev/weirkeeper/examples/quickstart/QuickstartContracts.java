package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.contracts.gx.GxSuiteReader;
import dev.weirkeeper.contracts.stream.Contracts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The contracts of the shop, written as Great Expectations suites. */
final class QuickstartContracts {
  private QuickstartContracts() {}

  static Contracts first() throws IOException {
    return with("orders-v1.json");
  }

  /** As amended by the owner: one more priority is known. */
  static Contracts amended() throws IOException {
    return with("orders-v2.json");
  }

  private static Contracts with(String orders) throws IOException {
    return Contracts.of(
        GxSuiteReader.read(text(orders), "public.orders").contract(),
        GxSuiteReader.read(text("lineitem.json"), "public.lineitem").contract());
  }

  static String text(String name) throws IOException {
    try (InputStream in = QuickstartContracts.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("The contract " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
