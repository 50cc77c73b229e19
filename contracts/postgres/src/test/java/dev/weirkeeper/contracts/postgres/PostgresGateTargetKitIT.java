package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.GateTargetKit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresGateTargetKitIT extends GateTargetKit {
  private static GateFixture database;

  @BeforeAll
  static void start() throws Exception {
    database = new GateFixture();
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
  }

  @Override
  protected GateTarget create() throws Exception {
    database.reset();
    if (upserts()) {
      database.execute("GRANT UPDATE ON public.items TO " + GateFixture.LOGIN);
    }
    return again();
  }

  @Override
  protected GateTarget again() throws Exception {
    return PostgresGateTarget.of(GateFixture.ITEMS, database.login()).build();
  }

  @Override
  protected List<String> published() throws Exception {
    return database.published();
  }

  @Override
  protected void publishApart(long id, String name) throws Exception {
    database.execute("INSERT INTO public.items (id, name) VALUES (" + id + ", '" + name + "')");
  }

  @Override
  protected void addNote() throws Exception {
    database.execute("ALTER TABLE public.items ADD COLUMN note text");
  }
}
