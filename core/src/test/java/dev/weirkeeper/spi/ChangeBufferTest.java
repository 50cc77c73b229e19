package dev.weirkeeper.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Chunk;
import dev.weirkeeper.Images;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeBufferTest {
  private static final List<Relation> RELATIONS =
      List.of(
          Images.relation("wide", 17),
          Images.relation("orders", 3),
          Images.relation("orders", 4),
          Images.relation("empty", 0),
          Images.relation("keys", 1));

  @TempDir Path folder;

  private static void add(ChangeBuffer buffer, Images.Change change) throws IOException {
    byte[] images = Images.encoded(change);
    byte[] within = new byte[images.length + 7];
    System.arraycopy(images, 0, within, 3, images.length);
    buffer.add(change.relation(), change.op(), within, 3, images.length);
  }

  /** What is in a buffer, by ordinal; checks the bounds of chunks on the way. */
  private static Map<Long, Object> read(ChangeBuffer buffer) throws IOException {
    Map<Long, Object> found = new HashMap<>();
    try (Transaction.Changes changes = buffer.changes()) {
      for (Optional<Chunk> next = changes.next(); next.isPresent(); next = changes.next()) {
        if (next.get() instanceof Chunk.Truncated truncated) {
          assertThat(found.put(truncated.ordinal(), truncated.relation())).isNull();
          continue;
        }
        int rows = 0;
        for (RowBatch batch : ((Chunk.Rows) next.get()).batches()) {
          assertThat(batch.rows()).isPositive();
          rows += batch.rows();
          long last = -1;
          for (int row = 0; row < batch.rows(); row++) {
            assertThat(batch.ordinal(row)).isGreaterThan(last);
            last = batch.ordinal(row);
            assertThat(found.put(last, Images.of(batch, row))).isNull();
          }
        }
        assertThat(rows).isPositive().isLessThanOrEqualTo(8192);
      }
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100_000, 1_500_000, Long.MAX_VALUE})
  void invariant_6_changes_are_read_back_as_they_were_written_as_often_as_one_likes(
      long memoryBound) throws IOException {
    for (long seed = 0; seed < 3; seed++) {
      Random random = new Random(seed);
      Map<Long, Object> written = new HashMap<>();
      Map<Relation, Long> rows = new HashMap<>();
      List<Relation> truncated = new ArrayList<>();
      try (ChangeBuffer buffer = new ChangeBuffer(memoryBound, Long.MAX_VALUE, folder)) {
        int changes = random.nextInt(4) == 0 ? random.nextInt(3) : 9_000 + random.nextInt(6_000);
        for (long ordinal = 0; ordinal < changes; ordinal++) {
          Relation relation = RELATIONS.get(random.nextInt(RELATIONS.size()));
          if (random.nextInt(2_000) == 0) {
            buffer.addTruncate(relation);
            truncated.add(relation);
            written.put(ordinal, relation);
          } else {
            Images.Change change = Images.random(random, relation);
            add(buffer, change);
            rows.merge(relation, 1L, Long::sum);
            written.put(ordinal, change);
          }
        }

        assertThat(buffer.size()).isEqualTo(changes);
        assertThat(buffer.rows()).as("seed %d", seed).isEqualTo(rows);
        assertThat(buffer.truncated()).isEqualTo(truncated);
        assertThat(read(buffer)).as("seed %d", seed).isEqualTo(written);
        assertThat(read(buffer)).as("seed %d, again", seed).isEqualTo(written);
        assertThat(folder).isEmptyDirectory();
      }
    }
  }

  @Test
  void a_change_goes_from_buffer_to_buffer_in_its_encoded_form() throws IOException {
    Random random = new Random(1);
    try (ChangeBuffer from = ChangeBuffer.inMemory();
        ChangeBuffer to = ChangeBuffer.inMemory()) {
      for (int i = 0; i < 500; i++) {
        add(from, Images.random(random, RELATIONS.get(1)));
      }
      try (Transaction.Changes changes = from.changes()) {
        RowBatch batch = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
        for (int row = 0; row < batch.rows(); row++) {
          to.add(batch.relation(), batch.encoded(row));
        }
      }

      assertThat(read(to)).isEqualTo(read(from));
    }
  }

  @Test
  void an_empty_buffer_has_no_chunk() throws IOException {
    try (ChangeBuffer buffer = ChangeBuffer.inMemory()) {
      assertThat(read(buffer)).isEmpty();
      assertThat(buffer.rows()).isEmpty();
    }
  }

  @Test
  void a_row_larger_than_a_chunk_is_a_chunk_of_its_own() throws IOException {
    String large = "x".repeat(5 << 20);
    Relation relation = RELATIONS.get(4);
    try (ChangeBuffer buffer = new ChangeBuffer(1 << 20, Long.MAX_VALUE, folder)) {
      for (int i = 0; i < 3; i++) {
        add(
            buffer,
            new Images.Change(relation, RowBatch.Op.INSERT, Optional.empty(), List.of(large + i)));
        add(
            buffer,
            new Images.Change(
                relation, RowBatch.Op.INSERT, Optional.empty(), List.of(String.valueOf(i))));
      }

      assertThat(buffer.spilled()).isTrue();
      assertThat(read(buffer).values().stream().map(Images.Change.class::cast))
          .extracting(change -> change.after().get(0))
          .containsExactlyInAnyOrder(large + 0, large + 1, large + 2, "0", "1", "2");
    }
  }

  @Test
  void a_file_beyond_its_bound_is_an_error_that_says_what_to_do_and_leaves_no_file()
      throws IOException {
    Random random = new Random(3);
    try (ChangeBuffer buffer = new ChangeBuffer(0, 3 << 20, folder)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000_000; i++) {
                  add(buffer, Images.random(random, RELATIONS.get(0)));
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("nothing of it was applied")
          .hasMessageContaining("Raise the bound");
      assertThat(buffer.spilled()).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void a_folder_that_cannot_be_written_is_an_error_that_says_what_to_do() {
    Random random = new Random(4);
    try (ChangeBuffer buffer = new ChangeBuffer(0, Long.MAX_VALUE, folder.resolve("not-there"))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  add(buffer, Images.random(random, RELATIONS.get(0)));
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot be written")
          .hasMessageContaining("Make room");
    }
  }

  @Test
  void invariant_8_a_closed_buffer_does_not_look_empty() throws IOException {
    ChangeBuffer buffer = ChangeBuffer.inMemory();
    add(buffer, Images.random(new Random(5), RELATIONS.get(1)));
    buffer.close();
    buffer.close();

    assertThatThrownBy(buffer::changes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> buffer.addTruncate(RELATIONS.get(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_change_that_was_cut_or_changed_is_refused_and_nothing_else_is_read() throws IOException {
    Relation relation = RELATIONS.get(1);
    byte[] right =
        Images.encoded(
            new Images.Change(
                relation,
                RowBatch.Op.UPDATE,
                Optional.of(List.of("1", Images.NULL, "old")),
                List.of("1", Images.UNCHANGED, "new")));
    for (int length = 0; length < right.length; length++) {
      assertMalformed(relation, Arrays.copyOf(right, length));
    }
    assertMalformed(relation, Arrays.copyOf(right, right.length + 1));
    for (byte[] encoded : new byte[][] {{}, {4, 'A'}, {-1, 'A'}}) {
      assertThatThrownBy(() -> ChangeBuffer.inMemory().add(relation, encoded))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int at = 0; at < right.length; at++) {
      for (int value : new int[] {0x00, 0x7f, 0x80, 0xff}) {
        byte[] changed = right.clone();
        changed[at] = (byte) value;
        try (ChangeBuffer buffer = ChangeBuffer.inMemory()) {
          buffer.add(relation, RowBatch.Op.UPDATE, changed, 0, changed.length);
          try {
            assertThat(read(buffer)).hasSize(1);
          } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("public.orders");
          }
        }
      }
    }
  }

  private static void assertMalformed(Relation relation, byte[] images) throws IOException {
    try (ChangeBuffer buffer = ChangeBuffer.inMemory()) {
      buffer.add(relation, RowBatch.Op.UPDATE, images, 0, images.length);
      assertThatThrownBy(() -> read(buffer)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
