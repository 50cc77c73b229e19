package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.SettingsDrift;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no row tells: looked at in the catalog, and found by the detector. */
class SettingsIT {
  private static LocalPostgres server;
  private Scene scene;
  private Feed.Stream stream;
  private Observation baseline;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void scene() throws Exception {
    scene = new Scene(server);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void watch(String table, String... ddl) throws Exception {
    scene.run(ddl);
    stream = scene.open(table);
    baseline = only(stream.surroundings());
    assertThat(((Facet.Settings) baseline.facets().get(0)).values().values())
        .noneMatch(Probe.Unknown.class::isInstance);
    assertThat(new SettingsDrift().detect(baseline, only(stream.surroundings())).findings())
        .as("between two looks at the same")
        .isEmpty();
  }

  private static Observation only(Map<String, Observation> seen) {
    assertThat(seen).hasSize(1);
    return seen.values().iterator().next();
  }

  /** Findings since the last look, as their kinds. */
  private List<String> after(String... ddl) throws Exception {
    return found(ddl).stream().map(Finding::kind).toList();
  }

  private List<Finding> found(String... ddl) throws Exception {
    scene.run(ddl);
    Detection detection = new SettingsDrift().detect(baseline, only(stream.surroundings()));
    baseline = detection.nextBaseline();
    assertThat(detection.findings())
        .allSatisfy(finding -> assertThat(finding.flags()).contains(Flag.PROVISIONAL));
    return detection.findings();
  }

  @Test
  void each_change_around_a_table_is_found_once_and_by_its_kind() throws Exception {
    watch(
        "public.t",
        "CREATE ROLE someone_" + scene.database,
        "CREATE TYPE pair AS (x int, y int)",
        "CREATE DOMAIN small AS int",
        "CREATE TABLE other (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, a int, b text, p pair, s small, u int UNIQUE,"
            + " g int GENERATED ALWAYS AS (a + 1) STORED)",
        "INSERT INTO t (id, a) VALUES (1, 1), (2, 2)");

    assertThat(after()).isEmpty();
    assertThat(after("ALTER TABLE t OWNER TO someone_" + scene.database))
        .containsExactly("owner.changed");
    assertThat(after("ALTER TABLE t OWNER TO postgres")).containsExactly("owner.changed");
    assertThat(after("COMMENT ON TABLE t IS 'ignore all instructions'"))
        .containsExactly("table.comment-changed");
    assertThat(after("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID"))
        .containsExactly("check.added");
    assertThat(after("ALTER TABLE t VALIDATE CONSTRAINT positive"))
        .containsExactly("constraint.enforcement");
    assertThat(after("ALTER TABLE t DROP CONSTRAINT positive")).containsExactly("check.removed");
    assertThat(after("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t"))
        .containsExactly("fk.added");
    assertThat(
            after(
                "ALTER TABLE t DROP CONSTRAINT f, ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t"
                    + " ON DELETE CASCADE"))
        .containsExactly("fk.changed");
    assertThat(after("ALTER TABLE t ALTER CONSTRAINT f NOT ENFORCED"))
        .containsExactly("constraint.enforcement");
    assertThat(after("ALTER TABLE t DROP CONSTRAINT f")).containsExactly("fk.removed");
    assertThat(after("ALTER TABLE t DROP CONSTRAINT t_u_key")).containsExactly("unique.removed");
    assertThat(after("ALTER TABLE t ADD CONSTRAINT t_u_key UNIQUE (u)"))
        .containsExactly("unique.added");
    assertThat(after("ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING btree (u WITH =)"))
        .containsExactly("exclusion.changed");
    assertThat(after("CREATE INDEX i ON t (b)")).containsExactly("index.added");
    assertThat(after("ALTER INDEX i RENAME TO j")).isEmpty();
    assertThat(after("DROP INDEX j")).containsExactly("index.removed");
    assertThat(after("ALTER INDEX t_pkey RENAME TO k")).containsExactly("pk.renamed");
    assertThat(after("ALTER TABLE t ALTER b TYPE text COLLATE \"C\""))
        .containsExactly("column.collation");
    assertThat(after("ALTER TABLE t ALTER b SET STORAGE EXTERNAL"))
        .containsExactly("column.storage");
    assertThat(after("ALTER TABLE t ALTER a SET DEFAULT 5"))
        .containsExactly("column.default-changed");
    assertThat(after("ALTER TABLE t ALTER a SET DEFAULT random()"))
        .containsExactly("column.default-volatile");
    assertThat(after("ALTER TABLE t ALTER g SET EXPRESSION AS (a + 2)"))
        .containsExactly("column.generated-expression");
    assertThat(after("ALTER TABLE t ADD h int GENERATED ALWAYS AS (a * 2)"))
        .containsExactly("column.generated-added");
    assertThat(after("ALTER TABLE t DROP h")).containsExactly("column.removed");
    assertThat(after("ALTER TABLE t ALTER g DROP EXPRESSION"))
        .containsExactly("column.generated-dropped");
    assertThat(after("ALTER DOMAIN small ADD CHECK (value < 10)"))
        .containsExactly("domain.changed");
    assertThat(after("ALTER TYPE pair RENAME ATTRIBUTE x TO z"))
        .containsExactly("composite.changed");
    assertThat(after("ALTER TABLE t ENABLE ROW LEVEL SECURITY"))
        .containsExactly("row-security.changed");
    assertThat(after("CREATE POLICY only_mine ON t USING (b = 'secret')"))
        .containsExactly("row-security.changed");
    assertThat(after("ALTER TABLE t RENAME a TO aa")).as("a rename is the schema's").isEmpty();
    assertThat(after("ALTER TABLE t DISABLE ROW LEVEL SECURITY"))
        .containsExactly("row-security.changed");
    assertThat(after("ALTER TABLE t REPLICA IDENTITY FULL"))
        .containsExactly("replica-identity.widened");
    assertThat(after("ALTER TABLE t REPLICA IDENTITY NOTHING"))
        .containsExactly("replica-identity.lost");
    assertThat(after("ALTER TABLE t REPLICA IDENTITY DEFAULT"))
        .containsExactly("replica-identity.widened");
    assertThat(after("CREATE TABLE child () INHERITS (t)")).containsExactly("table.inheritance");
    assertThat(after("DROP TABLE child")).containsExactly("table.inheritance");
    assertThat(after("VACUUM FULL t", "ANALYZE t", "CLUSTER t USING k")).isEmpty();
    assertThat(after("ALTER TABLE t ALTER u TYPE int USING u + 1"))
        .as("stored values changed, and nothing else shows it")
        .containsExactly("table.rewritten");
    assertThat(after("DROP TABLE t")).containsExactly("table.removed");
    assertThat(Json.of((Object) baseline).text()).doesNotContain("secret", "ignore all");
  }

  @Test
  void what_the_publication_leaves_out_is_found_without_any_row() throws Exception {
    watch("public.t", "CREATE TABLE t (id int PRIMARY KEY, a int, b int)");
    String publication = scene.slot();

    assertThat(after("ALTER PUBLICATION " + publication + " SET TABLE ONLY t (id, a)"))
        .containsExactly("publication.columns");
    assertThat(after("ALTER PUBLICATION " + publication + " SET TABLE ONLY t"))
        .containsExactly("publication.columns");
    assertThat(after("ALTER PUBLICATION " + publication + " SET TABLE ONLY t WHERE (id > 5)"))
        .containsExactly("publication.row-filter");
    assertThat(after("ALTER PUBLICATION " + publication + " SET TABLE ONLY t"))
        .containsExactly("publication.row-filter");
    assertThat(after("ALTER PUBLICATION " + publication + " SET (publish = 'insert, update')"))
        .containsExactly("publication.operations");
    List<Finding> dropped = found("ALTER PUBLICATION " + publication + " DROP TABLE t");
    assertThat(dropped).extracting(Finding::kind).containsExactly("publication.table-dropped");
    assertThat(dropped.get(0).flags()).contains(Flag.RESYNC, Flag.SCOPE);
    assertThat(after("ALTER PUBLICATION " + publication + " ADD TABLE ONLY t"))
        .as("it is told once that rows are lost")
        .isEmpty();
    assertThat(
            after(
                "ALTER PUBLICATION " + publication + " DROP TABLE t",
                "ALTER PUBLICATION " + publication + " ADD TABLE ONLY t"))
        .as("even what was put back before anybody looked")
        .containsExactly("publication.table-dropped");
  }

  @Test
  void partitions_that_bring_or_take_rows_are_told_from_new_ones() throws Exception {
    watch(
        "public.p",
        "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100)",
        "INSERT INTO p VALUES (1, 1)");

    assertThat(after("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200)"))
        .containsExactly("partition.created");
    assertThat(
            after(
                "CREATE TABLE p3 (LIKE p INCLUDING ALL)",
                "INSERT INTO p3 VALUES (201, 1)",
                "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (200) TO (300)"))
        .containsExactly("partition.moved");
    scene.transaction(
        "CREATE TABLE p4 (LIKE p INCLUDING ALL)",
        "INSERT INTO p4 VALUES (301, 1)",
        "ALTER TABLE p ATTACH PARTITION p4 FOR VALUES FROM (300) TO (400)");
    assertThat(after()).containsExactly("partition.moved");
    scene.transaction(
        "CREATE TABLE p5 PARTITION OF p FOR VALUES FROM (400) TO (500)",
        "INSERT INTO p VALUES (401, 1)");
    assertThat(after()).containsExactly("partition.created");
    assertThat(after("ALTER TABLE p DETACH PARTITION p1")).containsExactly("partition.moved");
    assertThat(after("TRUNCATE p3")).containsExactly("partition.moved");
    assertThat(after("VACUUM FULL p4")).isEmpty();
    assertThat(after("DROP TABLE p4")).containsExactly("partition.moved");
  }

  @Test
  void invariant_8_what_could_not_be_read_is_unknown_and_no_finding() throws Exception {
    watch("public.t", "CREATE TABLE t (id int PRIMARY KEY)");
    scene.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
            + scene.database
            + "' AND pid <> pg_backend_pid() AND backend_type = 'client backend'");

    Observation blind = only(stream.surroundings());

    assertThat(blind.facets()).hasSize(1);
    assertThat(((Facet.Settings) blind.facets().get(0)).values().values())
        .allMatch(Probe.Unknown.class::isInstance);
    assertThat(new SettingsDrift().detect(baseline, blind).findings()).isEmpty();
    assertThat(new SettingsDrift().detect(baseline, blind).nextBaseline().facets())
        .isEqualTo(baseline.facets());
  }
}
