package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.RuleKinds;
import java.io.IOException;
import java.util.Optional;

/** Evaluates one expectation by itself, as a validator of Great Expectations does. */
public final class GxEvaluation {
  private GxEvaluation() {}

  /**
   * The result of an expectation in JSON: success, result, meta and exception_info. What cannot be
   * judged, or not with these arguments, raised an exception there.
   *
   * @param type {@code expect_column_values_to_be_unique}
   * @param kwargs JSON, with {@code row_condition} and {@code condition_parser} if there are any
   * @throws IOException if the data cannot be read at all
   * @throws IllegalArgumentException if the arguments are no JSON object
   */
  public static String evaluate(
      String type,
      String kwargs,
      ResultFormat format,
      Mode mode,
      SuiteParameters parameters,
      Engine engine,
      CallControl control)
      throws IOException {
    JsonNode arguments = Located.read(kwargs).root();
    if (!arguments.isObject()) {
      throw new IllegalArgumentException("The arguments of an expectation are a JSON object");
    }
    Judgement judgement;
    try {
      Rule rule = GxSuiteReader.rule(type, arguments, mode, parameters);
      Contract contract = Contract.of("one", "1", "batch", rule);
      judgement =
          Evaluation.of(
                  contract,
                  RuleKinds.standard(),
                  engine,
                  format.options(mode, engine.fields()),
                  control)
              .get(0)
              .judgement();
    } catch (UnsupportedException e) {
      judgement = Judgement.error(e.reason());
    } catch (MalformedException e) {
      judgement = Judgement.error(String.valueOf(e.getMessage()));
    }
    return GxResults.evr(type, judgement, format, mode, "batch", Optional.of(engine.fields()))
        .toString();
  }
}
