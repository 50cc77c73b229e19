package dev.weirkeeper.examples.architecture.planted.audit;

import java.util.ServiceLoader;

final class DiscoversPolicies {
  private DiscoversPolicies() {}

  static long policies() {
    return ServiceLoader.load(Comparable.class).stream().count();
  }
}
