package dev.weirkeeper.otel;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;
import java.util.Set;

/**
 * Every name that telemetry gives, so that a change of the conventions is a change of this class.
 * What begins with {@code mcp.} and {@code gen_ai.} is in development upstream and belongs to the
 * version that {@link #SCHEMA} pins; nothing of ours is named so.
 */
final class Names {
  /** The conventions whose names are used here. */
  static final String SCHEMA = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";

  /** Instrumentation scope. */
  static final String SCOPE = "dev.weirkeeper";

  /** In place of a label that would make too many time series, or that nobody here knows. */
  static final String OTHER = "_OTHER";

  // Calls of remote clients, as the conventions name them.

  static final AttributeKey<String> METHOD = stringKey("mcp.method.name");
  static final AttributeKey<String> SESSION = stringKey("mcp.session.id");
  static final AttributeKey<String> PROTOCOL_VERSION = stringKey("mcp.protocol.version");
  static final AttributeKey<String> REQUEST = stringKey("jsonrpc.request.id");
  static final AttributeKey<String> STATUS_CODE = stringKey("rpc.response.status_code");
  static final AttributeKey<String> OPERATION = stringKey("gen_ai.operation.name");
  static final AttributeKey<String> TOOL = stringKey("gen_ai.tool.name");
  static final AttributeKey<String> PROMPT = stringKey("gen_ai.prompt.name");
  static final AttributeKey<String> TRANSPORT = stringKey("network.transport");
  static final AttributeKey<String> NETWORK_PROTOCOL = stringKey("network.protocol.name");
  static final AttributeKey<String> ERROR = stringKey("error.type");

  static final String EXECUTE_TOOL = "execute_tool";
  static final String CALL_DURATION = "mcp.server.operation.duration";

  /** In seconds. */
  static final List<Double> CALL_BUCKETS =
      List.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0);

  static final String TOOLS_CALL = "tools/call";
  static final String PROMPTS_GET = "prompts/get";

  /** Methods that may be a label; a client can send any other. */
  static final Set<String> METHODS =
      Set.of(
          "completion/complete",
          "initialize",
          "logging/setLevel",
          "notifications/cancelled",
          "notifications/initialized",
          "notifications/progress",
          "notifications/roots/list_changed",
          "ping",
          PROMPTS_GET,
          "prompts/list",
          "resources/list",
          "resources/read",
          "resources/subscribe",
          "resources/templates/list",
          "resources/unsubscribe",
          TOOLS_CALL,
          "tools/list");

  // Acts at the door.

  static final String ACT = "weirkeeper.act";
  static final String ACT_DURATION = "weirkeeper.act.duration";
  static final AttributeKey<String> ACT_ID = stringKey("weirkeeper.act.id");
  static final AttributeKey<String> ACT_EFFECT = stringKey("weirkeeper.act.effect");

  /** Done, partial, pending, refused, failed, unknown. */
  static final AttributeKey<String> ACT_OUTCOME = stringKey("weirkeeper.act.outcome");

  static final AttributeKey<String> CALLER_KIND = stringKey("weirkeeper.caller.kind");

  /** Place of the record in the log: sampling drops spans, the log keeps the record. */
  static final AttributeKey<Long> AUDIT_INDEX = longKey("weirkeeper.audit.index");

  static final String REFUSALS = "weirkeeper.refusals";
  static final AttributeKey<String> REFUSAL_REASON = stringKey("weirkeeper.refusal.reason");

  // Decisions.

  static final String ANOMALY = "weirkeeper.anomaly";
  static final String DECISION = "weirkeeper.decision";
  static final String DECISION_LATENCY = "weirkeeper.decision.latency";
  static final String STAGE_DURATION = "weirkeeper.decision.stage.duration";

  /** In seconds; those of {@code gen_ai.workflow.duration}, and finer below. */
  static final List<Double> DECISION_BUCKETS =
      List.of(
          0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
          7200.0);

  static final AttributeKey<String> DECISION_ID = stringKey("weirkeeper.decision.id");
  static final AttributeKey<String> TRIGGER = stringKey("weirkeeper.decision.trigger");
  static final AttributeKey<String> ACTION = stringKey("weirkeeper.decision.action");

  /** Executed, denied, escalated, failed, noop. */
  static final AttributeKey<String> OUTCOME = stringKey("weirkeeper.decision.outcome");

  /** Detect, diagnose, approval, authorize, act, verify. */
  static final AttributeKey<String> STAGE = stringKey("weirkeeper.decision.stage");

  static final String POLICY_EVALUATE = "weirkeeper.policy.evaluate";
  static final AttributeKey<String> POLICY_ID = stringKey("weirkeeper.policy.id");
  static final AttributeKey<String> POLICY_DIGEST = stringKey("weirkeeper.policy.digest");
  static final AttributeKey<String> POLICY_VERDICT = stringKey("weirkeeper.policy.verdict");
  static final AttributeKey<String> SEVERITY = stringKey("weirkeeper.incident.verdict");

  // Rows.

  static final AttributeKey<String> ASSET = stringKey("weirkeeper.asset");
  static final AttributeKey<String> FEED = stringKey("weirkeeper.feed");

  /** Rows that came in; each equals one of {@link #ROWS}. */
  static final String INTAKE = "weirkeeper.intake";

  static final String ROWS = "weirkeeper.rows";

  /** Rows that had waited in spool or quarantine and went through the gate again. */
  static final String WAITED = "weirkeeper.waited";

  /** Published, quarantined, spooled. */
  static final AttributeKey<String> ROWS_OUTCOME = stringKey("weirkeeper.rows.outcome");

  static final AttributeKey<String> ORIGIN = stringKey("weirkeeper.origin");

  /** Rows that batches and ledger do not agree upon; anything but 0 is a fault. */
  static final String DIFFERENCE = "weirkeeper.conservation.difference";

  /** From the commit at the source until it is durable at the target. */
  static final String LAG = "weirkeeper.lag";

  // How things stand.

  static final String TABLES = "weirkeeper.tables";
  static final AttributeKey<String> MODE = stringKey("weirkeeper.table.mode");
  static final String FROZEN = "weirkeeper.frozen";
  static final AttributeKey<String> BUDGET = stringKey("weirkeeper.budget");
  static final String UNSETTLED = "weirkeeper.acts.unsettled";

  /** What telemetry had to forget, so that its memory is bounded. */
  static final String FORGOTTEN = "weirkeeper.telemetry.forgotten";

  static final AttributeKey<String> FORGOTTEN_WHAT = stringKey("weirkeeper.telemetry.what");

  private Names() {}
}
