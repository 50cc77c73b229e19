package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Outcome;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Stands in for a person at a terminal who approves each rename as {@code wk_approve}, so that a
 * crash test need not wait for one. A host never has this login: that a rename waits for somebody
 * else is the point of it.
 */
final class RenamesApproved implements ToolRegistry {
  private final ToolRegistry tools;
  private final DataSource approver;

  RenamesApproved(ToolRegistry tools, DataSource approver) {
    this.tools = tools;
    this.approver = approver;
  }

  @Override
  public List<Tool<?, ?>> tools() {
    List<Tool<?, ?>> approved = new ArrayList<>();
    for (Tool<?, ?> tool : tools.tools()) {
      approved.add(tool.input() == TableChange.RenameColumn.class ? approved(tool) : tool);
    }
    return approved;
  }

  private <I extends Record, O extends Record> Tool<I, O> approved(Tool<I, O> tool) {
    Tool<I, O> copy =
        Tool.of(
            tool.spec(),
            tool.input(),
            (input, call) -> {
              Outcome outcome = tool.handler().call(input, call);
              if (!(outcome instanceof Outcome.Refused refused
                  && refused.reason().contains("wk.approve"))) {
                return outcome;
              }
              try (Connection person = approver.getConnection()) {
                PostgresBoundary.approve(
                    person,
                    PostgresBoundary.request(person, (TableChange.RenameColumn) (Record) input),
                    Duration.ofMinutes(1));
              }
              return tool.handler().call(input, call);
            });
    if (tool.fingerprint().isPresent()) {
      copy = copy.observing(tool.fingerprint().get());
    }
    return tool.check().isPresent() ? copy.verifying(tool.check().get()) : copy;
  }
}
