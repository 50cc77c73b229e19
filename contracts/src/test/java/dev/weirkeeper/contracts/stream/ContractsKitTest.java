package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.testkit.JudgesKit;
import dev.weirkeeper.testkit.TestCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class ContractsKitTest extends JudgesKit {
  private static final Asset ORDERS = new Asset("shop", "public.orders");

  private static Relation orders(String... columnsAndTypes) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < columnsAndTypes.length; i += 2) {
      columns.add(
          Column.of(
              String.valueOf(i / 2 + 1), columnsAndTypes[i], Type.of(columnsAndTypes[i + 1])));
    }
    return Relation.of(ORDERS, "16400", new RowIdentity.Key(List.of("1")), columns);
  }

  @Override
  protected Judges judges() {
    return Contracts.of(
        Contract.of(
            "orders",
            "2",
            ORDERS.name(),
            Rule.notNull("status"),
            Rule.inSet("status", "open", "shipped"),
            Rule.between("price", 0, 99_999),
            Rule.matches("email", "^[^@]+@[^@]+$"),
            Rule.lengthBetween("email", 3, 40),
            Rule.unique("voucher"),
            Rule.rowCountBetween(Range.of(0, 1_000))));
  }

  @Override
  protected Relation relation() {
    return orders(
        "id", "int4", "status", "text", "price", "numeric", "email", "text", "voucher", "text");
  }

  @Override
  protected List<List<TestCell>> good() {
    return List.of(
        TestCell.row("1", "open", "12.50", "ana@example.org", "v-1"),
        TestCell.row("2", "shipped", "99999", "b@c", "v-2"),
        List.of(
            TestCell.of("3"), TestCell.of("open"), TestCell.NULL, TestCell.NULL, TestCell.NULL));
  }

  @Override
  protected List<List<TestCell>> bad() {
    return List.of(
        TestCell.row("4", "stolen", "12.50", "ana@example.org", "v-4"),
        TestCell.row("5", "open", "100000.01", "ana@example.org", "v-5"),
        TestCell.row("6", "open", "1", "nobody at all", "v-6"),
        TestCell.row("7", "open", "1", "x".repeat(60) + "@example.org", "v-7"),
        List.of(TestCell.of("8"), TestCell.NULL, TestCell.of("1"), TestCell.NULL, TestCell.NULL));
  }

  @Override
  protected Optional<Relation> broken() {
    return Optional.of(orders("id", "int4", "status", "text"));
  }
}
