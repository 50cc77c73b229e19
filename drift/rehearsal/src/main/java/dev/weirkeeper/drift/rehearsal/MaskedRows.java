package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.Tool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks the host's reader for rows of a table. What the host hides never gets here. */
final class MaskedRows {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long MOST_CHARACTERS = 1 << 20;

  /** The type of masked values, and of all that the reader has no simpler name for. */
  private static final String ANY = "text";

  private final RowSource.Masked source;

  MaskedRows(RowSource.Masked source) {
    this.source = source;
  }

  /**
   * A row as the reader gave it.
   *
   * @param plain values that are no masked ones, by column
   * @param doubtful values that may be masked, by column: they stand for others where they do not
   *     fit
   */
  record Row(Map<String, Optional<String>> plain, Map<String, Optional<String>> doubtful) {
    Row {
      plain = new LinkedHashMap<>(plain);
      doubtful = new LinkedHashMap<>(doubtful);
    }
  }

  private record ReadCall(Hash actionId, Asset target, Instant deadline) implements Tool.Call {
    @Override
    public Optional<String> state() {
      return Optional.empty();
    }

    @Override
    public Optional<String> stop() {
      return Optional.empty();
    }
  }

  /** Unknown with the reason why none were read. */
  Probe<List<Row>> of(Table table) {
    Asset asset = new Asset(source.system(), Handles.qualified(table.name().toString()));
    Tool.Call call =
        new ReadCall(Hash.of(Json.of(asset)), asset, source.clock().instant().plus(PATIENCE));
    Probe<TableReader.Rows> read =
        source.reader().read(asset, source.otherwise().perTable(), MOST_CHARACTERS, call);
    if (read instanceof Probe.Value<TableReader.Rows> rows) {
      return new Probe.Value<>(rows(table, rows.value()));
    }
    return new Probe.Unknown<>(
        read instanceof Probe.Unknown<TableReader.Rows> unknown
            ? Outside.of(unknown.why()).text()
            : "there is no such table");
  }

  private static List<Row> rows(Table table, TableReader.Rows read) {
    Handles handles = Handles.over(table.columns().stream().map(TableColumn::name).toList());
    List<Row> rows = new ArrayList<>();
    for (List<Optional<String>> values : read.values()) {
      Map<String, Optional<String>> plain = new LinkedHashMap<>();
      Map<String, Optional<String>> doubtful = new LinkedHashMap<>();
      for (int i = 0; i < read.fields().size(); i++) {
        TableReader.Field field = read.fields().get(i);
        Optional<String> column = handles.named(field.name());
        if (column.isPresent()) {
          (field.type().equals(ANY) ? doubtful : plain).put(column.get(), values.get(i));
        }
      }
      rows.add(new Row(plain, doubtful));
    }
    return rows;
  }
}
