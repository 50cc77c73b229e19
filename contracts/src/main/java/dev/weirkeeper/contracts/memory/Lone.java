package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;

/** Keeps one value of a frame without keeping the frame. */
final class Lone {
  private Lone() {}

  /** No values of this type. */
  static Vec empty(Vec vec) {
    if (vec instanceof Vec.Longs) {
      return new Vec.Longs(new long[0], Bits.NONE);
    }
    if (vec instanceof Vec.Doubles) {
      return new Vec.Doubles(new double[0], Bits.NONE);
    }
    if (vec instanceof Vec.Decimals) {
      return new Vec.Decimals(new BigDecimal[0]);
    }
    if (vec instanceof Vec.Texts) {
      return new Vec.Texts(new String[0]);
    }
    if (vec instanceof Vec.Truths) {
      return new Vec.Truths(new boolean[0], Bits.NONE);
    }
    if (vec instanceof Vec.Days) {
      return new Vec.Days(new int[0], Bits.NONE);
    }
    return new Vec.Micros(new long[0], Bits.NONE, ((Vec.Micros) vec).zone());
  }

  static Vec of(Vec vec, int row) {
    if (vec instanceof Vec.Longs longs) {
      return new Vec.Longs(new long[] {longs.values()[row]}, Bits.NONE);
    }
    if (vec instanceof Vec.Doubles doubles) {
      return new Vec.Doubles(new double[] {doubles.values()[row]}, Bits.NONE);
    }
    if (vec instanceof Vec.Decimals decimals) {
      return new Vec.Decimals(new BigDecimal[] {decimals.values()[row]});
    }
    if (vec instanceof Vec.Texts texts) {
      return new Vec.Texts(new String[] {texts.values()[row]});
    }
    if (vec instanceof Vec.Truths truths) {
      return new Vec.Truths(new boolean[] {truths.values()[row]}, Bits.NONE);
    }
    if (vec instanceof Vec.Days days) {
      return new Vec.Days(new int[] {days.values()[row]}, Bits.NONE);
    }
    Vec.Micros micros = (Vec.Micros) vec;
    return new Vec.Micros(new long[] {micros.values()[row]}, Bits.NONE, micros.zone());
  }
}
