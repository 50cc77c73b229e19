package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.FeedKit;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class KafkaFeedKitIT extends FeedKit {
  private static final Debezium.Table ITEMS =
      new Debezium.Table("public.items", List.of(Debezium.required("id", "int32")), List.of("id"));

  @Override
  protected Source source() throws Exception {
    Cluster cluster = new Cluster();
    Debezium debezium = new Debezium(cluster.prefix, Debezium.Schemas.YES);
    String topic = debezium.topic(ITEMS);
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(topic, boundaries);
    return new Source() {
      private long txId = 100;

      @Override
      public Feed feed() {
        return KafkaFeed.builder("items")
            .source("shop", cluster.client())
            .topics(List.of(topic))
            .transactions(boundaries)
            .relation(
                Relation.of(
                    new Asset("shop", "public.items"),
                    "public.items",
                    new RowIdentity.Key(List.of("name:id")),
                    List.of(Column.of("name:id", "id", Type.of("int4")))))
            .chunkRows(10)
            .idle(Duration.ofMillis(100))
            .build();
      }

      @Override
      public void insert(int... keys) throws Exception {
        insert(ITEMS, keys);
      }

      private void insert(Debezium.Table table, int... keys) throws Exception {
        txId++;
        long lsn = txId * 1000;
        cluster.send(boundaries, debezium.begin(txId, lsn));
        for (int i = 0; i < keys.length; i++) {
          cluster.send(
              topic,
              debezium.insert(
                  table, Debezium.At.of(txId, lsn + i).at(i + 1), Debezium.row("id", keys[i])));
        }
        cluster.send(boundaries, debezium.end(txId, lsn, Map.of("public.items", keys.length)));
      }

      @Override
      public void insertAndAlter(int key) throws Exception {
        insert(ITEMS.with(Debezium.col("more_" + key, "int32")), key);
      }

      @Override
      public void close() {
        cluster.close();
      }
    };
  }

  @Override
  protected boolean loads() {
    return true;
  }

  @Override
  protected boolean alters() {
    return true;
  }
}
