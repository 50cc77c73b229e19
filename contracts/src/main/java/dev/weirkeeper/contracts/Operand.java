package dev.weirkeeper.contracts;

import java.util.List;

/** A value within an {@link Expr}: NULL wherever one of its parts is. */
public sealed interface Operand {

  /** The value of a column. */
  record Column(String name) implements Operand {}

  /** A constant. */
  record Constant(Literal value) implements Operand {}

  /** Characters (code points) of the text form of a value. */
  record Length(Operand of) implements Operand {}

  /** The text form of a value, as Python's {@code str} writes it. */
  record PythonText(Operand of) implements Operand {}

  /** The sum of numbers. */
  record Sum(List<Operand> parts) implements Operand {
    public Sum {
      parts = List.copyOf(parts);
    }
  }

  /** One number less another one. */
  record Minus(Operand left, Operand right) implements Operand {}

  /** One number divided by another one, as IEEE doubles. */
  record Over(Operand left, Operand right) implements Operand {}

  /** A number without its sign. */
  record Absolute(Operand of) implements Operand {}

  static Operand column(String name) {
    return new Column(name);
  }

  /**
   * @throws IllegalArgumentException as {@link Literal#of}
   */
  static Operand constant(Object value) {
    return new Constant(Literal.of(value));
  }
}
