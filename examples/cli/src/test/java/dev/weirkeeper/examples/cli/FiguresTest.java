package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void shapes_tell_no_value() {
    assertThat(Privacy.shape("Zoe-12\u00e9 \n")).isEqualTo("Aaa-99a \u2022");
    assertThat(Privacy.shape("x".repeat(50))).isEqualTo("a".repeat(40) + "\u2026");
  }

  @Test
  void shares_are_never_rounded_to_none_or_all() {
    assertThat(Figures.percent(0)).isEqualTo("0 %");
    assertThat(Figures.percent(0.000001)).isEqualTo("< 0.01 %");
    assertThat(Figures.percent(0.999999)).isEqualTo("> 99.99 %");
    assertThat(Figures.percent(0.125)).isEqualTo("12.5 %");
    assertThat(Figures.percent(1)).isEqualTo("100 %");
    assertThat(Figures.count(1234567)).isEqualTo("1,234,567");
  }
}
