package dev.weirkeeper.contracts;

import java.util.List;
import java.util.Optional;

/** The columns of a data set in their order; what a rule is lowered against. */
public record Fields(List<Field> all) {
  public Fields {
    all = List.copyOf(all);
  }

  public List<String> names() {
    return all.stream().map(Field::name).toList();
  }

  public Optional<Field> find(String name) {
    return all.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /**
   * @throws IllegalArgumentException if there is no such column; names it
   */
  public Field the(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The column \"" + name + "\" does not exist; mend the contract or the data"));
  }
}
