package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Handles;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds out what a login may do beyond reading, and how to take it away. */
final class ReadLogin {
  private static final String PROBLEMS = Resources.sql("read-login.sql");
  private static final int NAMED = 3;

  /** What a login that reads for agents must not be or have. */
  private enum Problem {
    SET_ROLE("acts under another role by SET ROLE", "connect as the role itself"),
    SUPERUSER("is a superuser", "ALTER ROLE … NOSUPERUSER"),
    CREATEROLE("may create roles", "ALTER ROLE … NOCREATEROLE"),
    CREATEDB("may create databases", "ALTER ROLE … NOCREATEDB"),
    REPLICATION("may replicate", "ALTER ROLE … NOREPLICATION"),
    BYPASSRLS("is not bound by row security", "ALTER ROLE … NOBYPASSRLS"),
    MEMBER("is a member of another role", "REVOKE that role from it"),
    CREATE_DATABASE("may create schemas", "REVOKE CREATE ON DATABASE … FROM it and PUBLIC"),
    TEMP("may create temporary tables", "REVOKE TEMP ON DATABASE … FROM it and PUBLIC"),
    CREATE_SCHEMA("may create in a schema", "REVOKE CREATE ON SCHEMA … FROM it and PUBLIC"),
    OWNER("owns things", "ALTER … OWNER TO a role that nobody logs in as"),
    OWNER_DATABASE("owns the database", "ALTER DATABASE … OWNER TO another role"),
    WRITE("may write", "REVOKE all but SELECT on them FROM it and PUBLIC");

    private final String what;
    private final String mend;

    Problem(String what, String mend) {
      this.what = what;
      this.mend = mend;
    }
  }

  private ReadLogin() {}

  /** What is wrong with the login of a connection, with what to do; empty if nothing is. */
  static List<String> problems(Catalog catalog) throws SQLException {
    Map<Problem, List<String>> found = new LinkedHashMap<>();
    for (List<String> row : catalog.rows(PROBLEMS)) {
      found
          .computeIfAbsent(Problem.valueOf(row.get(0)), problem -> new ArrayList<>())
          .add(thing(row.get(1), row.get(2)));
    }
    List<String> told = new ArrayList<>();
    found.forEach((problem, things) -> told.add(told(problem, things)));
    return told;
  }

  private static String told(Problem problem, List<String> things) {
    List<String> named = things.stream().filter(thing -> !thing.isEmpty()).toList();
    String of =
        named.isEmpty()
            ? ""
            : " ("
                + String.join(", ", named.subList(0, Math.min(NAMED, named.size())))
                + (named.size() > NAMED ? " and " + (named.size() - NAMED) + " more" : "")
                + ")";
    return "it " + problem.what + of + ": " + problem.mend;
  }

  private static String thing(String schema, String name) {
    String shownSchema = schema.isEmpty() ? "" : Handles.over(List.of(schema)).shown(schema);
    String shownName = name.isEmpty() ? "" : Handles.over(List.of(name)).shown(name);
    return schema.isEmpty() || name.isEmpty()
        ? shownSchema + shownName
        : shownSchema + "." + shownName;
  }
}
