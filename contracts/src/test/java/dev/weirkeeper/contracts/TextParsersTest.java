package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Dates of dateutil, formats of strptime, JSON of Python: as the originals answer. */
class TextParsersTest {

  @Test
  void dateutil_reads_these() {
    List<String> dates =
        List.of(
            "2020-01-31",
            "20200131",
            "2020-01-31T23:59:59Z",
            "2020-01-31 23:59:59.123456+01:30",
            "31.12.2020",
            "1/2/2003",
            "Jan 3 2001",
            "3 January 2001",
            "Thu Sep 25 10:36:28 2003",
            "Thu, 25 Sep 2003 10:49:41 -0300",
            "10:36",
            "10 pm",
            "12am",
            "5",
            "Sep of 03",
            "10h36m28.5s",
            "Wed",
            "99",
            "2003-09-25 10:49:41 GMT+3",
            "Mar-04-12",
            "a-1".replace("a-", "Jan-"));

    assertThat(dates).allMatch(DateParser::reads);
  }

  @Test
  void dateutil_does_not_read_these() {
    List<String> others =
        List.of(
            "",
            " ",
            "abc",
            "2020-13-45",
            "2020-02-30",
            "25:00",
            "10:61",
            "1 2 3 4",
            "am",
            "13 pm x",
            "nan",
            "a-1",
            "{\"k\":1}",
            "x%y",
            "10:10:10:10:10 2020 2021");

    assertThat(others).noneMatch(DateParser::reads);
  }

  @Test
  void a_whole_date_is_a_moment() {
    assertThat(DateText.any("Jan 3 2001 04:05:06"))
        .contains(new DateText(LocalDateTime.of(2001, 1, 3, 4, 5, 6), Optional.empty()));
    assertThat(DateText.any("2001-01-03T04:05:06.5+02:00"))
        .contains(
            new DateText(
                LocalDateTime.of(2001, 1, 3, 4, 5, 6, 500_000_000),
                Optional.of(ZoneOffset.ofHours(2))));
    assertThat(DateText.any("Jan 3")).isEmpty();
    assertThat(DateText.iso("Jan 3 2001")).isEmpty();
  }

  @Test
  void nothing_that_is_given_to_the_date_parser_throws() {
    Random random = new Random(11);
    String alphabet = "0123456789 :-/.,+TZamphJanof\u00e9(){}\"";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(16); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      boolean reads = DateParser.reads(text.toString());
      assertThat(reads || DateText.any(text.toString()).isEmpty()).isTrue();
    }
  }

  @Test
  void strptime_reads_the_whole_text_and_only_times_that_exist() {
    assertThat(new Strptime("%Y-%m-%d").reads("2020-02-29")).isTrue();
    assertThat(new Strptime("%Y-%m-%d").reads("2021-02-29")).isFalse();
    assertThat(new Strptime("%Y-%m-%d").reads("2020-1-2")).isTrue();
    assertThat(new Strptime("%Y-%m-%d").reads("2020-01-02 ")).isFalse();
    assertThat(new Strptime("%d/%b/%y %I:%M %p").reads("03/JAN/99 11:59 pm")).isTrue();
    assertThat(new Strptime("%H:%M:%S.%f%z").reads("23:59:59.123456+0130")).isTrue();
    assertThat(new Strptime("%S").reads("60")).isFalse();
    assertThat(new Strptime("%d  %m").reads("1 2")).isTrue();
    assertThat(new Strptime("100%%").reads("100%")).isTrue();
    assertThat(new Strptime("%Y").reads("0000")).isFalse();
    assertThat(new Strptime("%c").reads("Thu Sep 25 10:36:28 2003")).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> new Strptime("%Q"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Strptime("%"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Strptime("%Y %Y"));
  }

  @Test
  void json_is_what_python_takes_for_it() {
    assertThat(
            List.of(
                "1",
                "-0.5e+10",
                "\"a\\u00e9\\n\"",
                "[]",
                "{}",
                " [1, {\"a\": null}] ",
                "NaN",
                "-Infinity",
                "true",
                "[NaN, Infinity]",
                "1E5",
                "\"\\ud800\""))
        .allMatch(PythonJson::reads);
    assertThat(
            List.of(
                "",
                "01",
                "1.",
                ".5",
                "[1,]",
                "{a:1}",
                "'a'",
                "tru",
                "\"\t\"",
                "1 2",
                "+1",
                "{\"a\" 1}",
                "[1,2",
                "nan",
                "\"\\x\"",
                "--1",
                "1e"))
        .noneMatch(PythonJson::reads);
    assertThat(PythonJson.reads("[".repeat(100_000))).isFalse();
  }
}
