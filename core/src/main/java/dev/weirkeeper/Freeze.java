package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * What the door writes down when a class of acts is stopped, or may go on: {@code door.*} records.
 */
public sealed interface Freeze {
  /** The budget whose acts are concerned; {@code *}: all acts. */
  String what();

  /** Acts are stopped until a person has looked. */
  record Frozen(String what, String why) implements Freeze {
    public static final String KIND = "door.frozen";

    public Frozen {
      requireNonNull(what, "what");
      requireNonNull(why, "why");
    }
  }

  /** A person lets acts go on. */
  record Thawed(String what, Caller person) implements Freeze {
    public static final String KIND = "door.thawed";

    public Thawed {
      requireNonNull(what, "what");
      requireNonNull(person, "person");
    }
  }
}
