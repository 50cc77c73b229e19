package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

/**
 * A column as rules see it.
 *
 * @param type the name that the system of the data gives to its type: {@code int64}, {@code
 *     VARCHAR}
 */
public record Field(String name, Form form, String type) {
  public Field {
    requireNonNull(name, "name");
    requireNonNull(form, "form");
    requireNonNull(type, "type");
  }
}
