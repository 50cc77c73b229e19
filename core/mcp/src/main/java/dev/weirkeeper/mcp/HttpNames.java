package dev.weirkeeper.mcp;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names by which a server may be addressed, or from whose pages it may be used. Compared as
 * text, character by character, so that there is no parser for a strange name to get past: no other
 * case, no trailing dot, no user before an @.
 *
 * @param exact names, each with or without a port
 * @param anyPort names that may have any port or none
 */
record HttpNames(Set<String> exact, Set<String> anyPort) {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Pattern HOST =
      Pattern.compile("([a-z0-9.-]+|\\[[0-9a-f:.]+\\])(:(\\*|[0-9]{1,5}))?");
  private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}");

  HttpNames {
    exact = Set.copyOf(exact);
    anyPort = Set.copyOf(anyPort);
  }

  static HttpNames loopbackHosts() {
    return new HttpNames(Set.of(), LOOPBACK);
  }

  static HttpNames loopbackOrigins() {
    Set<String> origins = new LinkedHashSet<>();
    LOOPBACK.forEach(
        name -> {
          origins.add("http://" + name);
          origins.add("https://" + name);
        });
    return new HttpNames(Set.of(), origins);
  }

  static HttpNames hosts(String... names) {
    HttpNames all = new HttpNames(Set.of(), Set.of());
    for (String name : names) {
      require(HOST.matcher(name).matches(), name, "host, host:port or host:*");
      all = all.with(name);
    }
    return all;
  }

  static HttpNames origins(String... names) {
    HttpNames all = new HttpNames(Set.of(), Set.of());
    for (String name : names) {
      String host = name.replaceFirst("^https?://", "");
      require(
          host.length() < name.length() && HOST.matcher(host).matches(),
          name,
          "https://host, https://host:port or https://host:*");
      all = all.with(name);
    }
    return all;
  }

  private static void require(boolean holds, String name, String form) {
    if (!holds) {
      throw new IllegalArgumentException("'" + name + "' is not of the form " + form);
    }
  }

  HttpNames with(String name) {
    Set<String> moreExact = new LinkedHashSet<>(exact);
    Set<String> moreAny = new LinkedHashSet<>(anyPort);
    if (name.endsWith(":*")) {
      moreAny.add(name.substring(0, name.length() - 2));
    } else {
      moreExact.add(name);
    }
    return new HttpNames(moreExact, moreAny);
  }

  boolean allow(String name) {
    if (exact.contains(name)) {
      return true;
    }
    for (String any : anyPort) {
      if (name.startsWith(any)) {
        String rest = name.substring(any.length());
        if (rest.isEmpty() || PORT.matcher(rest).matches()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether all names are of this machine only. */
  boolean areLoopback() {
    return LOOPBACK.containsAll(anyPort)
        && exact.stream().allMatch(name -> isLoopback(name.replaceFirst(":[0-9]+$", "")));
  }

  static boolean isLoopback(String host) {
    return LOOPBACK.contains(host);
  }
}
