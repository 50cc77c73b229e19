package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.util.ArrayList;
import java.util.List;

/** Keeps the account of an import: what becomes of each thing that a document asks for. */
final class Account {
  private final List<ImportReport.Supported> supported = new ArrayList<>();
  private final List<ImportReport.Unsupported> unsupported = new ArrayList<>();
  private final List<ImportReport.Approximated> approximated = new ArrayList<>();
  private final List<ImportReport.Remark> remarks = new ArrayList<>();

  void supported(Node at, String asked, Rule rule) {
    supported.add(new ImportReport.Supported(at.path(), asked, rule.id()));
  }

  void approximated(Node at, String asked, Rule rule, String how) {
    approximated.add(new ImportReport.Approximated(at.path(), asked, rule.id(), how));
  }

  /** Takes the rule that blocks in its name. */
  void unsupported(Node at, String asked, Rule rule) {
    String reason = rule.terms().as(Terms.Unsupported.class).reason();
    unsupported.add(new ImportReport.Unsupported(at.path(), asked, rule.id(), reason));
  }

  void remark(Node at, String asked, String reason) {
    remarks.add(new ImportReport.Remark(at.path(), asked, reason));
  }

  ImportReport report() {
    return new ImportReport(supported, unsupported, approximated, remarks);
  }
}
