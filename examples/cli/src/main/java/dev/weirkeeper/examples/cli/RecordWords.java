package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Act;
import dev.weirkeeper.Approval;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Freeze;
import dev.weirkeeper.JournalRecovered;
import dev.weirkeeper.LedgerAnchored;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineStarted;
import dev.weirkeeper.Plan;
import dev.weirkeeper.RecordKinds;
import java.util.Optional;

/** Says in one line what a record of the journal records. */
final class RecordWords {
  private RecordWords() {}

  /** Nothing of a kind that this program does not know. */
  static String of(AuditRecord record) {
    Optional<Record> body;
    try {
      body = RecordKinds.read(record);
    } catch (IllegalArgumentException e) {
      return "its body is not of the form that its kind has: " + e.getMessage();
    }
    return body.map(RecordWords::words).orElse("");
  }

  private static String words(Record body) {
    if (body instanceof Decided decided) {
      return decision(decided);
    }
    if (body instanceof Act act) {
      return act(act);
    }
    if (body instanceof Freeze.Frozen frozen) {
      return frozen.what() + " is frozen: " + frozen.why();
    }
    if (body instanceof Freeze.Thawed thawed) {
      return thawed.what() + " goes on, says " + thawed.person().actor();
    }
    if (body instanceof Approval.Request request) {
      return request.requester().actor()
          + " asks leave for "
          + request.tool()
          + " (request "
          + request.id().brief()
          + "): "
          + quoted(request.requester(), request.reason());
    }
    if (body instanceof Approval.Vote vote) {
      return vote.person() + " says " + vote.word() + " to request " + vote.request().brief();
    }
    return flow(body);
  }

  private static String flow(Record body) {
    if (body instanceof PipelineStarted started) {
      return "begins at " + started.position().text();
    }
    if (body instanceof LedgerAnchored anchored) {
      return anchored.batches()
          + " batches up to "
          + anchored.to().text()
          + ": "
          + sum(anchored.counts().values());
    }
    if (body instanceof JournalRecovered recovered) {
      return recovered.bytes() + " bytes that nobody was told of were cut off " + recovered.file();
    }
    return "";
  }

  private static String sum(Iterable<Counts> all) {
    Counts sum = Counts.of(0, 0, 0);
    for (Counts counts : all) {
      sum = sum.plus(counts);
    }
    return sum.in()
        + " rows in, "
        + sum.published()
        + " published, "
        + sum.quarantined()
        + " quarantined, "
        + sum.spooled()
        + " spooled";
  }

  private static String decision(Decided decided) {
    Decision decision = decided.decision();
    String does = decision.getClass().getSimpleName();
    return does
        + plan(decision).map(plan -> " plan " + plan.id().brief()).orElse("")
        + ", incident "
        + decided.incident().id().brief()
        + " ("
        + decided.incident().verdict()
        + ", "
        + decided.incident().findings().size()
        + (decided.incident().findings().size() == 1 ? " finding): " : " findings): ")
        + decision.reason();
  }

  private static Optional<Plan> plan(Decision decision) {
    if (decision instanceof Decision.Heal heal) {
      return Optional.of(heal.plan());
    }
    if (decision instanceof Decision.Propose propose) {
      return Optional.of(propose.plan());
    }
    return decision instanceof Decision.Contain contain ? contain.plan() : Optional.empty();
  }

  private static String act(Act act) {
    if (act instanceof Act.Started started) {
      return started.caller().actor()
          + " calls "
          + started.tool()
          + " "
          + started.input().text()
          + started.approval().map(leave -> ", by leave " + id(leave)).orElse("");
    }
    if (act instanceof Act.Finished finished) {
      return finished.tool() + " came to " + outcome(finished.outcome());
    }
    if (act instanceof Act.Settled settled) {
      return settled.tool()
          + " has come to "
          + outcome(settled.outcome())
          + ", found "
          + settled.how();
    }
    Act.Refused refused = (Act.Refused) act;
    return refused.caller().actor() + " may not call " + refused.tool() + ": " + refused.reason();
  }

  private static String id(Approval leave) {
    return leave.request().id().brief();
  }

  private static String outcome(Outcome outcome) {
    String word = outcome.getClass().getSimpleName();
    if (outcome instanceof Outcome.Done done) {
      return word + " (" + done.verification() + ")";
    }
    if (outcome instanceof Outcome.Failed failed) {
      return word + ": " + failed.error();
    }
    if (outcome instanceof Outcome.Unknown unknown) {
      return word + ": " + unknown.error();
    }
    if (outcome instanceof Outcome.Refused refused) {
      return word + ": " + refused.reason();
    }
    return outcome instanceof Outcome.Pending pending
        ? word + " until " + pending.deadline()
        : word;
  }

  private static String quoted(Caller who, String words) {
    return who.kind() == Caller.Kind.AGENT ? "\u201c" + words + "\u201d" : words;
  }
}
