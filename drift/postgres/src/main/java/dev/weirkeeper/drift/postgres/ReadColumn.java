package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Mask;
import dev.weirkeeper.Nullability;
import java.util.Optional;

/**
 * A column as agents may read it.
 *
 * @param shown what it is called towards agents
 * @param type what its type is called towards agents
 * @param place in the primary key, from 1; 0 outside of it
 * @param base the type that its values are of, once domains are taken away
 */
record ReadColumn(
    String name,
    String shown,
    String type,
    Nullability nullability,
    int place,
    Optional<String> comment,
    Mask mask,
    Access access,
    ReadType base) {

  /** Whether its values are read at all, and if not, why. */
  enum Access {
    READ,
    /** To write a value as text would run code that is not PostgreSQL's own. */
    TYPE_NOT_SHOWN,
    /** It is computed at each read. */
    COMPUTED,
    /** The login may not read it. */
    NO_PRIVILEGE
  }

  /** Whether one may ask what its values are: compare, order, list them. */
  boolean isOpen() {
    return access == Access.READ && mask == Mask.NONE;
  }

  String quoted() {
    return Catalog.quoted(name);
  }
}
