package dev.weirkeeper.healing.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * The changes that may be made to tables of a PostgreSQL target, one tool for each kind of {@link
 * TableChange}. Nothing here drops, empties, narrows, renames a table, or takes SQL: a tool hands
 * the typed change to the functions of the target's boundary, which check it again, render it and
 * carry it out with rights that the login does not have. See {@link PostgresBoundary}.
 *
 * <p>Each act is one transaction on a connection of its own, which also writes the act's row into
 * {@code wk.act}. The same action again, after a crash or a lost answer, finds the row and the
 * change and does nothing. Preconditions are checked again under the lock of the table, and the
 * change is read back before the commit.
 *
 * <p>What a tool answers: {@code Refused} if a precondition does not hold, an approval is missing,
 * or the login is dangerous; {@code Failed} with an SQLSTATE if the transaction is rolled back;
 * {@code Unknown} only if the answer to the commit was lost and the target cannot be asked. It
 * tries again where others hold the table, until its tries or the deadline of the call are spent.
 *
 * <p>A rename needs an approval in the target. The refusal says its request; once a person has
 * approved that, the same action again is carried out.
 *
 * <p>Needs PostgreSQL 14 or later, and a data source that connects as {@code wk_change}. Safe to
 * share between threads, if the data source is.
 */
public final class PostgresTableTools implements ToolRegistry {
  /** How changes are made. */
  public enum Mode {
    /** By the functions of the target's boundary, as login {@code wk_change}. */
    BOUNDARY,
    /**
     * Not at all: each change is refused with the script that an administrator may run, and found
     * done once he has. Needs a login that may connect.
     */
    PROPOSE
  }

  private final String targetSystem;
  private final Acting acting;

  /** With the defaults of the {@link Builder}. */
  public PostgresTableTools(String targetSystem, DataSource source) {
    this(builder(targetSystem, source));
  }

  private PostgresTableTools(Builder settings) {
    this.targetSystem = settings.targetSystem;
    Access access =
        new Access(
            settings.source,
            new Access.Limits(settings.lockTimeout, settings.statementTimeout, settings.retries),
            settings.clock);
    this.acting = settings.mode == Mode.PROPOSE ? new Proposals(access) : new Acts(access);
  }

  /**
   * @param targetSystem the system of the assets that the tools may act on
   * @param source gives each act a connection of its own, never one with an open transaction
   */
  public static Builder builder(String targetSystem, DataSource source) {
    return new Builder(targetSystem, source);
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        tool(
            TableChange.CreateTable.TOOL,
            "Creates a mirror of a source table: nullable except for its key, without foreign keys,"
                + " checks and defaults. Enum types that it needs are created in its schema, which"
                + " must exist.",
            TableChange.CreateTable.class,
            Undo.NONE,
            new Creating()),
        tool(
            TableChange.AddColumn.TOOL,
            "Adds a nullable column. Existing rows read the given value or NULL; later rows never"
                + " take the value by default. An enum type that it needs is created.",
            TableChange.AddColumn.class,
            Undo.NONE,
            new Adding()),
        tool(
            TableChange.WidenColumn.TOOL,
            "Changes the type of a column to one that holds every value of the old one, such as a"
                + " longer integer, float, varchar or numeric. Others are refused. May rewrite the"
                + " table while others wait.",
            TableChange.WidenColumn.class,
            Undo.NONE,
            new Widening()),
        tool(
            TableChange.RelaxColumn.TOOL,
            "Lets a column outside the key take NULL.",
            TableChange.RelaxColumn.class,
            Undo.NONE,
            new Relaxing()),
        tool(
            TableChange.RenameColumn.TOOL,
            "Gives a column another name. Readers that use the old name break; views follow. A"
                + " person has to approve it in the target.",
            TableChange.RenameColumn.class,
            Undo.EXACT,
            new Renaming()),
        tool(
            TableChange.AddEnumLabel.TOOL,
            "Adds a label at the end of the enum type of a column. All columns of the type take"
                + " it.",
            TableChange.AddEnumLabel.class,
            Undo.NONE,
            new Labelling()),
        tool(
            TableChange.CommentColumn.TOOL,
            "Sets or removes the comment of a column.",
            TableChange.CommentColumn.class,
            Undo.EXACT,
            new Commenting()));
  }

  /** The same action again is found done, so repeating it does no harm. */
  private <C extends Record & TableChange> Tool<C, Acts.Changed> tool(
      String name, String description, Class<C> input, Undo undo, Rendering<C> rendering) {
    return Tool.write(
            name,
            description,
            input,
            Acts.Changed.class,
            Repeat.SAFE,
            undo,
            (C change, Tool.Call call) -> acting.perform(rendering, change, call))
        .targeting(change -> new Asset(targetSystem, change.table()))
        .observing((change, call) -> acting.fingerprint(rendering, change, call))
        .verifying((change, call) -> acting.problem(rendering, change, call));
  }

  /** Sets limits. Confined to one thread. */
  public static final class Builder {
    private final String targetSystem;
    private final DataSource source;
    private Mode mode = Mode.BOUNDARY;
    private Duration lockTimeout = Duration.ofSeconds(3);
    private Duration statementTimeout = Duration.ofMinutes(1);
    private int retries = 5;
    private Clock clock = Clock.systemUTC();

    private Builder(String targetSystem, DataSource source) {
      this.targetSystem = requireNonNull(targetSystem, "targetSystem");
      this.source = requireNonNull(source, "source");
    }

    /** Whether changes are made or proposed. Default: made, behind the boundary. */
    public Builder mode(Mode how) {
      mode = requireNonNull(how, "how");
      return this;
    }

    /**
     * How long a try waits for a lock; all who come after it wait as long. Default: 3 s, which is
     * also the most that the boundary waits.
     */
    public Builder lockTimeout(Duration timeout) {
      lockTimeout = positive(timeout);
      return this;
    }

    /** How long one statement may take, a rewrite of the table too. Default: 1 min. */
    public Builder statementTimeout(Duration timeout) {
      statementTimeout = positive(timeout);
      return this;
    }

    /** How often it tries again after a lock timeout or a deadlock. Default: 5. */
    public Builder retries(int times) {
      if (times < 0) {
        throw new IllegalArgumentException("retries is " + times + "; it cannot be negative");
      }
      retries = times;
      return this;
    }

    /** What deadlines are compared with. Default: the system's. */
    public Builder clock(Clock time) {
      clock = requireNonNull(time, "time");
      return this;
    }

    public PostgresTableTools build() {
      return new PostgresTableTools(this);
    }

    private static Duration positive(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("A timeout must be positive, got " + timeout);
      }
      return timeout;
    }
  }
}
