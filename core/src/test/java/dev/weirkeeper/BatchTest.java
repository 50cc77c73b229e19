package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchTest {
  private static final Relation ORDERS = Images.relation("orders", 2);
  private static final Relation ITEMS = Images.relation("items", 1);
  private static final Position FROM = new Position("wal", "1");
  private static final Position TO = new Position("wal", "2");

  private final List<Relation> compiled = new ArrayList<>();
  private final List<Relation> judged = new ArrayList<>();

  /** Rows whose first value is "bad" are bad. */
  private final Judges judges =
      new Judges() {
        @Override
        public Hash digest() {
          return Hash.of(Json.of("contracts"));
        }

        @Override
        public RowJudge on(Relation relation) {
          compiled.add(relation);
          return new RowJudge() {
            @Override
            public List<Violation> block(long rows) {
              return List.of();
            }

            @Override
            public Labels label(RowBatch batch) {
              judged.add(batch.relation());
              Labels labels = Labels.none();
              for (int row = 0; row < batch.rows(); row++) {
                if (batch.after().text(row, 0).equals("bad")) {
                  labels.add(row, new Violation("not-bad", "is bad"));
                }
              }
              return labels;
            }
          };
        }
      };

  private record Given(String id, Origin origin, ChangeBuffer buffer) implements Transaction {
    @Override
    public Position position() {
      return TO;
    }

    @Override
    public Instant committedAt() {
      return Instant.EPOCH;
    }

    @Override
    public List<SchemaChange> schemaChanges() {
      return List.of();
    }

    @Override
    public Map<Relation, Long> rows() {
      return buffer.rows();
    }

    @Override
    public List<Relation> truncated() {
      return buffer.truncated();
    }

    @Override
    public Optional<Load> load() {
      return Optional.empty();
    }

    @Override
    public Changes changes() {
      return buffer.changes();
    }

    @Override
    public void close() {
      buffer.close();
    }
  }

  private static Transaction transaction(String id, Transaction.Origin origin) throws IOException {
    ChangeBuffer buffer = ChangeBuffer.inMemory();
    for (String first : List.of("good", "bad", "good")) {
      add(buffer, ORDERS, List.of(first, "x"));
      add(buffer, ITEMS, List.of(first));
    }
    buffer.addTruncate(ORDERS);
    add(buffer, ORDERS, List.of("good", "x"));
    return new Given(id, origin, buffer);
  }

  private static void add(ChangeBuffer buffer, Relation relation, List<String> cells)
      throws IOException {
    byte[] images =
        Images.encoded(new Images.Change(relation, RowBatch.Op.INSERT, Optional.empty(), cells));
    buffer.add(relation, RowBatch.Op.INSERT, images, 0, images.length);
  }

  private Batch batch(TableState.Mode orders, Transaction... transactions) {
    return new Batch(
        FROM,
        TO,
        List.of(transactions),
        Map.of(
            ORDERS.id(),
            TableState.unseen(ORDERS, "new").in(orders),
            ITEMS.id(),
            TableState.unseen(ITEMS, "new").in(TableState.Mode.LIVE)),
        List.of(),
        judges);
  }

  /** Routes by asset and ordinal. */
  private static Map<String, Route> routes(Batch batch) throws IOException {
    Map<String, Route> routes = new TreeMap<>();
    try (Batch.Parts parts = batch.parts()) {
      for (Optional<Batch.Part> next = parts.next(); next.isPresent(); next = parts.next()) {
        if (next.get() instanceof Batch.Part.Rows rows) {
          for (int row = 0; row < rows.rows().rows(); row++) {
            routes.put(
                rows.transaction().id()
                    + " "
                    + rows.rows().relation().id()
                    + " "
                    + rows.rows().ordinal(row),
                rows.route(row));
          }
        } else if (next.get() instanceof Batch.Part.Truncated truncated) {
          routes.put(
              truncated.transaction().id() + " truncate " + truncated.ordinal(), truncated.route());
        }
      }
    }
    return routes;
  }

  @Test
  void rows_go_by_their_labels_and_keep_their_places() throws IOException {
    Batch batch = batch(TableState.Mode.LIVE, transaction("t", Transaction.Origin.STREAM));

    assertThat(routes(batch))
        .isEqualTo(
            Map.of(
                "t orders 0", Route.PUBLISH,
                "t items 1", Route.PUBLISH,
                "t orders 2", Route.QUARANTINE,
                "t items 3", Route.QUARANTINE,
                "t orders 4", Route.PUBLISH,
                "t items 5", Route.PUBLISH,
                "t truncate 6", Route.PUBLISH,
                "t orders 7", Route.PUBLISH));
  }

  @ParameterizedTest
  @EnumSource(
      value = TableState.Mode.class,
      names = {"PAUSED", "DRAINING"})
  void invariant_7_rows_of_the_stream_of_a_paused_table_are_spooled_unjudged_and_others_flow(
      TableState.Mode mode) throws IOException {
    Batch batch = batch(mode, transaction("t", Transaction.Origin.STREAM));

    assertThat(routes(batch))
        .containsEntry("t orders 0", Route.SPOOL)
        .containsEntry("t orders 2", Route.SPOOL)
        .containsEntry("t truncate 6", Route.SPOOL)
        .containsEntry("t items 1", Route.PUBLISH)
        .containsEntry("t items 3", Route.QUARANTINE);
    assertThat(judged).containsOnly(ITEMS);
  }

  @ParameterizedTest
  @EnumSource(
      value = Transaction.Origin.class,
      names = {"DRAIN", "REPLAY"})
  void invariant_6_rows_that_come_back_are_judged_and_never_spooled_again(Transaction.Origin origin)
      throws IOException {
    Batch batch = batch(TableState.Mode.DRAINING, transaction("t", origin));

    assertThat(routes(batch))
        .containsEntry("t orders 0", Route.PUBLISH)
        .containsEntry("t orders 2", Route.QUARANTINE)
        .doesNotContainValue(Route.SPOOL);
  }

  @Test
  void a_batch_says_the_same_each_time_it_is_read() throws IOException {
    Batch batch =
        batch(
            TableState.Mode.LIVE,
            transaction("t1", Transaction.Origin.STREAM),
            transaction("t2", Transaction.Origin.STREAM));

    assertThat(routes(batch)).hasSize(16).isEqualTo(routes(batch));
  }

  @Test
  void invariant_6_its_id_is_its_content() throws IOException {
    Transaction one = transaction("t1", Transaction.Origin.STREAM);
    Transaction other = transaction("t2", Transaction.Origin.STREAM);

    assertThat(batch(TableState.Mode.LIVE, one).id())
        .isEqualTo(batch(TableState.Mode.LIVE, one).id())
        .isNotEqualTo(batch(TableState.Mode.LIVE, other).id())
        .isNotEqualTo(batch(TableState.Mode.LIVE, one, other).id());
  }

  @Test
  void a_row_without_a_table_state_is_never_routed() throws IOException {
    Batch batch =
        new Batch(
            FROM,
            TO,
            List.of(transaction("t", Transaction.Origin.STREAM)),
            Map.of(),
            List.of(),
            judges);

    assertThatThrownBy(() -> routes(batch)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void counts_conserve_rows_or_are_not_made() {
    assertThat(Counts.of(1, 2, 3).plus(Counts.of(4, 5, 6))).isEqualTo(new Counts(21, 5, 7, 9));
    assertThat(Counts.ZERO.plus(Counts.ZERO)).isEqualTo(Counts.ZERO);
    for (long[] wrong :
        new long[][] {{1, 0, 0, 0}, {0, 1, 0, 0}, {5, 2, 2, 2}, {0, -1, 1, 0}, {-1, -1, 0, 0}}) {
      assertThatThrownBy(() -> new Counts(wrong[0], wrong[1], wrong[2], wrong[3]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Counts.of(-1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
