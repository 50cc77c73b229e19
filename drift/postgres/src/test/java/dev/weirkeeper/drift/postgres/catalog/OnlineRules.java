package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What no statement for a database in use may do to a table that is there, unless its step declares
 * it: the rules of linters such as squawk, over what the planner writes.
 */
final class OnlineRules {
  /** What a statement looks like, what it may do, and so what has to be declared. */
  private record Rule(String name, Pattern statement, Hazard hazard) {
    private Rule(String name, String statement, Hazard hazard) {
      this(name, Pattern.compile(statement, Pattern.DOTALL), hazard);
    }
  }

  private static final String ADDS = "ALTER TABLE .*ADD CONSTRAINT \"(?:[^\"]|\"\")+\" ";

  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "index built under a lock",
              "CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)(?!\"(?:[^\"]|\"\")+\" ON ONLY ).*",
              Hazard.LOCK_SHARE),
          new Rule(
              "index built under a lock",
              "CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)(?!\"(?:[^\"]|\"\")+\" ON ONLY ).*",
              Hazard.INDEX_BUILD),
          new Rule(
              "index dropped under a lock",
              "DROP INDEX (?!CONCURRENTLY).*",
              Hazard.LOCK_ACCESS_EXCLUSIVE),
          new Rule(
              "rows checked under a lock",
              ADDS + "(CHECK|FOREIGN KEY|NOT NULL)(?!.* NOT VALID$)(?!.* NOT ENFORCED).*",
              Hazard.FULL_SCAN),
          new Rule(
              "key built under a lock",
              "ALTER TABLE (?!ONLY).*ADD CONSTRAINT \"(?:[^\"]|\"\")+\" (UNIQUE|PRIMARY KEY|EXCLUDE)"
                  + "(?! USING INDEX).*",
              Hazard.INDEX_BUILD),
          new Rule(
              "table written anew by a new column",
              "ALTER TABLE .*ADD COLUMN .*(random\\(|gen_random_uuid\\(|clock_timestamp\\(|nextval\\("
                  + "|\\) STORED|AS IDENTITY).*",
              Hazard.TABLE_REWRITE),
          new Rule(
              "destroys rows", "DROP TABLE .*|ALTER TABLE .*DROP COLUMN .*", Hazard.DELETES_DATA),
          new Rule(
              "names change under readers",
              "ALTER (TABLE|VIEW) .*RENAME (TO|COLUMN) .*",
              Hazard.LOCK_ACCESS_EXCLUSIVE),
          new Rule("type change", "ALTER TABLE .* TYPE .*", Hazard.LOCK_ACCESS_EXCLUSIVE));

  private static final Pattern SETS = Pattern.compile("ALTER TABLE .*SET NOT NULL.*");
  private static final Pattern ATTACHES = Pattern.compile("ALTER TABLE .*ATTACH PARTITION .*");

  private final Set<ObjectName> made = new HashSet<>();
  private final Set<ObjectName> validated = new HashSet<>();
  private final List<String> broken = new ArrayList<>();
  private final Map<String, Integer> declared = new TreeMap<>();

  private OnlineRules() {}

  /**
   * What was found.
   *
   * @param broken what breaks a rule and says nothing of it
   * @param declared how often what breaks a rule says so, by rule
   */
  record Found(List<String> broken, Map<String, Integer> declared) {
    static final Found NOTHING = new Found(List.of(), Map.of());
  }

  static Found in(Migration migration) {
    OnlineRules rules = new OnlineRules();
    migration.steps().forEach(rules::step);
    return new Found(rules.broken, rules.declared);
  }

  private void step(Migration.Step step) {
    if (step.statements().get(0).startsWith("CREATE TABLE ")) {
      made.add(step.on());
    }
    if (made.contains(step.on())) {
      return;
    }
    boolean adds = false;
    for (String sql : step.statements()) {
      for (Rule rule : RULES) {
        if (rule.statement().matcher(sql).matches()) {
          demand(step, sql, rule.name(), rule.hazard());
        }
      }
      if (SETS.matcher(sql).matches() && !validated.contains(step.on())) {
        demand(step, sql, "rows checked under a lock", Hazard.FULL_SCAN);
      }
      if (ATTACHES.matcher(sql).matches() && !validated.contains(step.on())) {
        demand(step, sql, "rows checked under a lock", Hazard.FULL_SCAN);
      }
      adds |= sql.endsWith(" NOT VALID");
      if (sql.contains(" VALIDATE CONSTRAINT ")) {
        validated.add(step.on());
        if (adds) {
          broken.add("validates in the transaction that adds: " + step.statements());
        }
      }
    }
    commits(step);
  }

  private void commits(Migration.Step step) {
    boolean alone = step.statements().stream().anyMatch(sql -> sql.contains(" CONCURRENTLY "));
    if (alone && step.commit() != Migration.Commit.ALONE) {
      broken.add("concurrently within a transaction: " + step.statements());
    }
    boolean writes = step.statements().stream().anyMatch(sql -> sql.startsWith("UPDATE "));
    if (writes && step.commit() != Migration.Commit.BATCHES) {
      broken.add("writes all rows in one transaction: " + step.statements());
    }
  }

  private void demand(Migration.Step step, String sql, String rule, Hazard hazard) {
    if (step.hazards().contains(hazard)) {
      declared.merge(rule, 1, Integer::sum);
    } else {
      broken.add(rule + ", " + hazard + " not declared: " + sql);
    }
  }
}
