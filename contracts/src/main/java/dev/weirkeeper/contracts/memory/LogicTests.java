package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.engine.Vec;
import java.util.Arrays;
import java.util.List;

/** Logic of three values on whole words. */
final class LogicTests {
  private LogicTests() {}

  record Always(Expr.Truth answer) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      for (int word = 0; word < batch.words(); word++) {
        yes[word] = answer == Expr.Truth.TRUE ? batch.valid(word) : 0;
        no[word] = answer == Expr.Truth.FALSE ? batch.valid(word) : 0;
      }
    }
  }

  record IsNull(Value value) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      Column column = value.in(batch);
      for (int word = 0; word < batch.words(); word++) {
        yes[word] = column.nulls(word) & batch.valid(word);
        no[word] = ~column.nulls(word) & batch.valid(word);
      }
    }
  }

  record IsMissing(Value value) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      Column column = value.in(batch);
      if (column.vec() instanceof Vec.Doubles doubles) {
        Scan.isNan(doubles.values(), batch.rows(), yes);
      } else {
        Arrays.fill(yes, 0, batch.words(), 0);
      }
      for (int word = 0; word < batch.words(); word++) {
        yes[word] = (yes[word] | column.nulls(word)) & batch.valid(word);
        no[word] = ~yes[word] & batch.valid(word);
      }
    }
  }

  record Not(Node of) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      System.arraycopy(of.no(batch), 0, yes, 0, batch.words());
      System.arraycopy(of.yes(batch), 0, no, 0, batch.words());
    }
  }

  record And(List<Node> parts) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      for (int word = 0; word < batch.words(); word++) {
        yes[word] = batch.valid(word);
        no[word] = 0;
      }
      for (Node part : parts) {
        long[] partYes = part.yes(batch);
        long[] partNo = part.no(batch);
        for (int word = 0; word < batch.words(); word++) {
          yes[word] &= partYes[word];
          no[word] |= partNo[word];
        }
      }
    }
  }

  record Or(List<Node> parts) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      for (int word = 0; word < batch.words(); word++) {
        yes[word] = 0;
        no[word] = batch.valid(word);
      }
      for (Node part : parts) {
        long[] partYes = part.yes(batch);
        long[] partNo = part.no(batch);
        for (int word = 0; word < batch.words(); word++) {
          yes[word] |= partYes[word];
          no[word] &= partNo[word];
        }
      }
    }
  }

  record IsTrue(Node of) implements Test {
    @Override
    public void fill(Batch batch, long[] yes, long[] no) {
      long[] answers = of.yes(batch);
      for (int word = 0; word < batch.words(); word++) {
        yes[word] = answers[word];
        no[word] = ~answers[word] & batch.valid(word);
      }
    }
  }
}
