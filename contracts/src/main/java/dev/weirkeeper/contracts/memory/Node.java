package dev.weirkeeper.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression in the graph of all that are asked: evaluated once for each frame, whoever asks.
 * One that failed stays so.
 */
final class Node {
  private final Test test;
  private final List<Node> parts;
  private final @Nullable Gathering gathering;
  private final int level;
  private long[] yes = {};
  private long[] no = {};
  private @Nullable Batch done;
  private @Nullable UnansweredException failure;

  Node(Test test, List<Node> parts) {
    this.test = test;
    this.parts = List.copyOf(parts);
    this.gathering = null;
    this.level = above(parts);
  }

  /** A node that reads all rows before it can answer for one. */
  Node(Gathering gathering, List<Node> parts) {
    this.test = gathering;
    this.parts = List.copyOf(parts);
    this.gathering = gathering;
    this.level = above(parts) + 1;
  }

  private static int above(List<Node> parts) {
    return parts.stream().mapToInt(Node::level).max().orElse(0);
  }

  /** Reads all rows for which a part is TRUE, then answers. */
  interface Gathering extends Test {
    void gather(Batch batch);

    boolean isComplete();

    void complete();
  }

  List<Node> parts() {
    return parts;
  }

  /** Whether it must see all rows in a pass before it can answer in a later one. */
  boolean gathers(int pass) {
    return gathering != null && !gathering.isComplete() && failure == null && level == pass + 1;
  }

  /** Takes in the rows of a frame; whether it wants more. */
  boolean gather(Batch batch) {
    if (gathering == null || failure != null) {
      return false;
    }
    try {
      gathering.gather(batch);
      return true;
    } catch (UnansweredException e) {
      failure = e;
      return false;
    }
  }

  /** All rows were there. */
  void complete() {
    if (gathering != null) {
      gathering.complete();
    }
  }

  /** Which pass over the data, from 0, is the first that can answer. */
  int level() {
    return level;
  }

  void fail(UnansweredException reason) {
    failure = reason;
  }

  /**
   * Rows that answer TRUE; valid until the next frame.
   *
   * @throws UnansweredException if it cannot be answered
   */
  long[] yes(Batch batch) {
    evaluate(batch);
    return yes;
  }

  /** Rows that answer FALSE. */
  long[] no(Batch batch) {
    evaluate(batch);
    return no;
  }

  private void evaluate(Batch batch) {
    if (failure != null) {
      throw failure;
    }
    if (done == batch) {
      return;
    }
    if (yes.length < batch.words()) {
      yes = new long[batch.words()];
      no = new long[batch.words()];
    }
    try {
      test.fill(batch, yes, no);
    } catch (UnansweredException e) {
      failure = e;
      throw e;
    }
    done = batch;
  }
}
