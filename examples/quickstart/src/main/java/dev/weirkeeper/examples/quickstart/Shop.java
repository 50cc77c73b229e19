package dev.weirkeeper.examples.quickstart;

import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** The source database: TPC-H customers, orders and line items. */
final class Shop {
  static final List<String> TABLES = List.of("public.customer", "public.orders", "public.lineitem");

  private static final double SCALE = 0.01;

  private Shop() {}

  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE customer (
            c_custkey int PRIMARY KEY, c_name varchar(25) NOT NULL, c_address varchar(40) NOT NULL,
            c_nationkey int NOT NULL, c_phone varchar(15) NOT NULL,
            c_acctbal numeric(12,2) NOT NULL, c_mktsegment varchar(10) NOT NULL,
            c_comment varchar(117) NOT NULL);
          CREATE TABLE orders (
            o_orderkey bigint PRIMARY KEY, o_custkey int NOT NULL, o_orderstatus varchar(1) NOT NULL,
            o_totalprice numeric(12,2) NOT NULL, o_orderdate date NOT NULL,
            o_orderpriority varchar(15) NOT NULL, o_clerk varchar(15) NOT NULL,
            o_shippriority int NOT NULL, o_comment varchar(79) NOT NULL);
          CREATE TABLE lineitem (
            l_orderkey bigint NOT NULL, l_partkey int NOT NULL, l_suppkey int NOT NULL,
            l_linenumber int NOT NULL, l_quantity numeric(12,2) NOT NULL,
            l_extendedprice numeric(12,2) NOT NULL, l_discount numeric(4,2) NOT NULL,
            l_tax numeric(4,2) NOT NULL, l_returnflag varchar(1) NOT NULL,
            l_linestatus varchar(1) NOT NULL, l_shipdate date NOT NULL, l_commitdate date NOT NULL,
            l_receiptdate date NOT NULL, l_shipinstruct varchar(25) NOT NULL,
            l_shipmode varchar(10) NOT NULL, l_comment varchar(44),
            PRIMARY KEY (l_orderkey, l_linenumber));
          """);
    }
  }

  /** Fills the tables and returns the number of rows. */
  static long fill(Connection connection) throws SQLException, IOException {
    return copy(connection, "customer", TpchTable.CUSTOMER)
        + copy(connection, "orders", TpchTable.ORDERS)
        + copy(connection, "lineitem", TpchTable.LINE_ITEM);
  }

  private static <E extends TpchEntity> long copy(
      Connection connection, String name, TpchTable<E> table) throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + name + " FROM STDIN (DELIMITER '|')");
    for (E row : table.createGenerator(SCALE, 1, 1)) {
      String line = row.toLine();
      byte[] bytes = (line.substring(0, line.length() - 1) + "\n").getBytes(StandardCharsets.UTF_8);
      copy.writeToCopy(bytes, 0, bytes.length);
    }
    return copy.endCopy();
  }
}
