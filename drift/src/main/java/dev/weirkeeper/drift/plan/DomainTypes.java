package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.List;
import java.util.Optional;

/** Domains behind the names of types, as {@code format_type} writes them. */
final class DomainTypes {
  private DomainTypes() {}

  static boolean isCalled(ObjectName name, String type) {
    return ObjectName.written(type).filter(name::equals).isPresent();
  }

  static Optional<DomainType> find(List<DomainType> domains, String type) {
    return domains.stream().filter(each -> isCalled(each.name(), type)).findFirst();
  }

  /** What a domain is made of in the end; any other type as it is. */
  static String base(List<DomainType> domains, String type) {
    return find(domains, type).map(each -> base(domains, each.base())).orElse(type);
  }
}
