package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one commit writes: whole transactions, each row with its label and route. Rows are labelled
 * while they are read, by pure judges, so a batch may be read again and says the same.
 *
 * <p>Confined to one thread.
 */
public final class Batch {

  /** A part of the batch for the target to write. */
  public sealed interface Part {
    /** The table as it is routed: where rows go and which names the target uses. */
    TableState state();

    /** Rows with their labels; the route of a row follows from both. */
    record Rows(Transaction transaction, RowBatch rows, Labels labels, TableState state)
        implements Part {

      /** Rows of a table that spools are spooled unjudged, to be judged when they are drained. */
      public Route route(int row) {
        if (transaction.origin() == Transaction.Origin.STREAM && state.spools()) {
          return Route.SPOOL;
        }
        return labels.good(row) ? Route.PUBLISH : Route.QUARANTINE;
      }
    }

    record Truncated(Transaction transaction, Relation relation, long ordinal, TableState state)
        implements Part {
      public Route route() {
        return transaction.origin() == Transaction.Origin.STREAM && state.spools()
            ? Route.SPOOL
            : Route.PUBLISH;
      }
    }
  }

  private final Position expected;
  private final Position next;
  private final List<Transaction> transactions;
  private final Map<String, TableState> states;
  private final List<TableState> changed;
  private final Judges judges;
  private final Hash id;

  private record Id(
      Hash contracts,
      Position expected,
      Position next,
      List<String> transactions,
      List<TableState> changed) {}

  /**
   * @param expected where the target stands now; two hosts conflict instead of doubling rows
   * @param next where it stands afterwards
   * @param states all tables by relation id
   * @param changed the states to be stored with the rows
   */
  public Batch(
      Position expected,
      Position next,
      List<Transaction> transactions,
      Map<String, TableState> states,
      List<TableState> changed,
      Judges judges) {
    this.expected = requireNonNull(expected, "expected");
    this.next = requireNonNull(next, "next");
    this.transactions = List.copyOf(transactions);
    this.states = Map.copyOf(states);
    this.changed = List.copyOf(changed);
    this.judges = requireNonNull(judges, "judges");
    this.id =
        Hash.of(
            Json.of(
                new Id(
                    judges.digest(),
                    expected,
                    next,
                    this.transactions.stream().map(Transaction::id).toList(),
                    this.changed)));
  }

  public Position expected() {
    return expected;
  }

  public Position next() {
    return next;
  }

  /** Hash of contracts, positions, transactions and states: equal ids are the same batch. */
  public Hash id() {
    return id;
  }

  public List<Transaction> transactions() {
    return transactions;
  }

  public List<TableState> changedStates() {
    return changed;
  }

  /**
   * Labels rows that a target completed: an image whose unchanged values were found elsewhere is
   * another row than the one that was labelled.
   */
  public Labels judge(RowBatch completed) {
    return judges.on(completed.relation()).label(completed);
  }

  /** Reads the batch from its first row. Close it before opening another. */
  public Parts parts() {
    return new Parts();
  }

  /** A cursor over the parts; each is valid until the next call. */
  public final class Parts implements AutoCloseable {
    private final Map<Hash, RowJudge> compiled = new HashMap<>();
    private int transaction = -1;
    private Transaction.@Nullable Changes changes;
    private final List<Part> ready = new ArrayList<>();
    private int at;

    private Parts() {}

    public Optional<Part> next() throws IOException {
      while (at == ready.size()) {
        ready.clear();
        at = 0;
        if (changes == null) {
          if (++transaction == transactions.size()) {
            return Optional.empty();
          }
          changes = transactions.get(transaction).changes();
        }
        Optional<Chunk> chunk = changes.next();
        if (chunk.isEmpty()) {
          changes.close();
          changes = null;
        } else {
          route(transactions.get(transaction), chunk.get());
        }
      }
      return Optional.of(ready.get(at++));
    }

    private void route(Transaction from, Chunk chunk) {
      if (chunk instanceof Chunk.Truncated truncated) {
        TableState state = state(truncated.relation());
        if (!lost(state)) {
          ready.add(new Part.Truncated(from, truncated.relation(), truncated.ordinal(), state));
        }
        return;
      }
      for (RowBatch rows : ((Chunk.Rows) chunk).batches()) {
        TableState state = state(rows.relation());
        if (lost(state) || seenByLoad(from, rows.relation(), state)) {
          continue;
        }
        boolean spool = from.origin() == Transaction.Origin.STREAM && state.spools();
        Labels labels = spool ? Labels.none() : judge(rows.relation()).label(rows);
        ready.add(new Part.Rows(from, rows, labels, state));
      }
    }

    /** Only a new load makes such a table right, so its events mean nothing until then. */
    private boolean lost(TableState state) {
      return state.mode() == TableState.Mode.RESYNC_NEEDED;
    }

    /**
     * Without a key a row cannot be met twice, so the one chunk that loads such a table brings all
     * rows that the log has brought before it.
     */
    private boolean seenByLoad(Transaction from, Relation relation, TableState state) {
      return from.origin() == Transaction.Origin.STREAM
          && state.mode() == TableState.Mode.LOADING
          && !(relation.identity() instanceof RowIdentity.Key);
    }

    private RowJudge judge(Relation relation) {
      return compiled.computeIfAbsent(relation.version(), version -> judges.on(relation));
    }

    private TableState state(Relation relation) {
      TableState state = states.get(relation.id());
      if (state == null) {
        throw new IllegalStateException("No table state for " + relation.asset());
      }
      return state;
    }

    @Override
    public void close() {
      if (changes != null) {
        changes.close();
        changes = null;
      }
    }
  }
}
