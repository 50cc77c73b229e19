package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Act;
import java.time.temporal.ChronoUnit;

/** A record of the journal in one line. */
final class PageView {
  private PageView() {}

  static void line(Output output, Pages.Page page) {
    output.line(style(page), text(page));
  }

  static String text(Pages.Page page) {
    String about = page.record().asset().map(asset -> "  " + asset).orElse("");
    String words = RecordWords.of(page.record());
    return page.seq()
        + "  "
        + page.hash().brief()
        + "  "
        + page.record().at().truncatedTo(ChronoUnit.MILLIS)
        + "  "
        + page.record().kind()
        + about
        + "  "
        + (words.isEmpty() ? "by " + page.record().actor() : words);
  }

  private static Style style(Pages.Page page) {
    return page.record().kind().equals(Act.Refused.KIND) ? Style.WARNING : Style.PLAIN;
  }
}
