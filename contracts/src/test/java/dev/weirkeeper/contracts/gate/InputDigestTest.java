package dev.weirkeeper.contracts.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.memory.Frames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InputDigestTest {
  private static final Fields FIELDS =
      new Fields(List.of(new Field("a", Form.TEXT, "text"), new Field("b", Form.INTEGER, "int64")));

  private static Hash digest(List<? extends List<? extends @Nullable Object>> rows, int perFrame) {
    InputDigest digest = new InputDigest(FIELDS);
    Frames frames = new Frames(FIELDS);
    for (List<? extends @Nullable Object> row : rows) {
      frames.add(row.toArray());
      if (frames.rows() == perFrame) {
        digest.add(frames.take());
      }
    }
    digest.add(frames.take());
    return digest.digest();
  }

  @Test
  void every_difference_shows() {
    Set<Hash> digests = new HashSet<>();
    List<List<List<? extends @Nullable Object>>> inputs =
        List.of(
            List.of(),
            List.of(Arrays.asList("x", 1L)),
            List.of(Arrays.asList("x", 1L), Arrays.asList("x", 1L)),
            List.of(Arrays.asList("x", 1L), Arrays.asList("y", 2L)),
            List.of(Arrays.asList("y", 1L), Arrays.asList("x", 2L)),
            List.of(Arrays.asList("y", 2L), Arrays.asList("x", 1L)),
            List.of(Arrays.asList("xy", 1L), Arrays.asList("", 2L)),
            List.of(Arrays.asList("", 1L), Arrays.asList("xy", 2L)),
            List.of(Arrays.asList(null, 1L), Arrays.asList("xy", 2L)),
            List.of(Arrays.asList("xy", null), Arrays.asList("", 2L)),
            List.of(Arrays.asList("xy", 0L), Arrays.asList("", 2L)),
            List.of(Arrays.asList("?", 0L)),
            List.of(Arrays.asList("\ud800", 0L)),
            List.of(Arrays.asList("\udc00", 0L)));

    inputs.forEach(rows -> digests.add(digest(rows, 10)));

    assertThat(digests).hasSize(inputs.size());
  }

  @Test
  void frames_make_no_difference() {
    Random random = new Random(5);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(
          Arrays.asList(
              random.nextInt(4) == 0 ? null : "t".repeat(random.nextInt(700)), random.nextLong()));
    }

    Hash whole = digest(rows, 1000);

    for (int perFrame : new int[] {1, 7, 64, 499, 500}) {
      assertThat(digest(rows, perFrame)).as("frames of " + perFrame).isEqualTo(whole);
    }
  }

  @Test
  void the_digest_of_a_row_is_of_its_content_and_names() {
    Frame frame = new Frames(FIELDS).add("x", 1L).add("x", 1L).add("x", null).add(null, 1L).take();
    Set<String> digests = new HashSet<>();
    for (int row = 0; row < frame.rows(); row++) {
      digests.add(InputDigest.ofRow(frame, row, InputDigest.sha256()));
    }

    assertThat(digests).hasSize(3);
  }
}
