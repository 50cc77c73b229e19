package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weirkeeper.contracts.ImportReport.Approximated;
import dev.weirkeeper.contracts.ImportReport.Remark;
import dev.weirkeeper.contracts.ImportReport.Supported;
import dev.weirkeeper.contracts.ImportReport.Unsupported;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImportReportTest {

  @Test
  void what_is_judged_counts_against_all_that_is_asked_for() {
    ImportReport report =
        new ImportReport(
            List.of(new Supported("$.a", "x", "r1")),
            List.of(new Unsupported("$.b", "y", "r2", "why")),
            List.of(new Approximated("$.c", "z", "r3", "how")),
            List.of(new Remark("$.d", "text", "prose")));

    assertThat(report.total()).isEqualTo(4);
    assertThat(report.coverage()).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void a_document_that_asks_for_nothing_is_covered() {
    assertThat(new ImportReport(List.of(), List.of()).coverage()).isEqualTo(1);
  }
}
