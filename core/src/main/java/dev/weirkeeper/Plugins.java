package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Plugin;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the plugins of a class path, for a host that asks for them. Whatever they bring is a
 * capability: the host passes detectors and tools on, and grants the use of each tool by hand.
 * Nothing else is ever looked for on a class path.
 *
 * <p>Safe to share between threads. The host closes it last, after all that uses what it found.
 */
public final class Plugins implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final String LISTED = "listed in META-INF/services/" + Plugin.class.getName();

  /** A plugin and what it brought when it was found. */
  private record Found(
      String id, Plugin plugin, List<DriftDetector> detectors, List<Tool<?, ?>> tools) {}

  private final List<Found> found;
  private boolean closed;

  private Plugins(List<Found> found) {
    this.found = List.copyOf(found);
  }

  /**
   * Makes every plugin that a jar lists in {@code META-INF/services/dev.weirkeeper.spi.Plugin}, and
   * asks each once for what it brings. If one cannot be made, those made before it are closed.
   *
   * @throws PluginException if a plugin cannot be made or does not say what it brings
   * @throws IllegalStateException if an id is not kebab-case, or two plugins have the same
   */
  public static Plugins discover(ClassLoader loader) {
    List<Found> found = new ArrayList<>();
    try {
      Iterator<ServiceLoader.Provider<Plugin>> listed =
          ServiceLoader.load(Plugin.class, requireNonNull(loader, "loader")).stream().iterator();
      while (make(listed, found)) {
        requireOneOfEachId(found);
      }
      found.sort(Comparator.comparing(Found::id));
      return new Plugins(found);
    } catch (RuntimeException | Error e) {
      try {
        new Plugins(found).close();
      } catch (PluginException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** Makes the next plugin, if there is one more. */
  private static boolean make(Iterator<ServiceLoader.Provider<Plugin>> listed, List<Found> found) {
    String name = LISTED;
    try {
      if (!listed.hasNext()) {
        return false;
      }
      ServiceLoader.Provider<Plugin> provider = listed.next();
      name = provider.type().getName();
      Plugin plugin = provider.get();
      // Kept before it is asked for anything: if it then throws, it is closed nevertheless.
      found.add(new Found(name, plugin, List.of(), List.of()));
      found.set(found.size() - 1, ask(plugin));
      return true;
    } catch (ServiceConfigurationError e) {
      throw new PluginException(name, "being made", e.getCause() == null ? e : e.getCause());
    }
  }

  private static Found ask(Plugin plugin) {
    String name = plugin.getClass().getName();
    String id;
    try {
      id = requireNonNull(plugin.id(), "id");
    } catch (RuntimeException | LinkageError e) {
      throw new PluginException(name, "saying its id", e);
    }
    if (!ID.matcher(id).matches()) {
      throw new IllegalStateException(
          "The id of plugin "
              + name
              + " is not kebab-case (freshness-checks); its author must mend it");
    }
    try {
      List<Tool<?, ?>> tools = new ArrayList<>();
      for (ToolRegistry registry : plugin.tools()) {
        tools.addAll(registry.tools());
      }
      return new Found(id, plugin, List.copyOf(plugin.detectors()), List.copyOf(tools));
    } catch (RuntimeException | LinkageError e) {
      throw new PluginException(id, "saying what it brings", e);
    }
  }

  private static void requireOneOfEachId(List<Found> found) {
    TreeMap<String, Plugin> byId = new TreeMap<>();
    for (Found one : found) {
      Plugin other = byId.put(one.id, one.plugin);
      if (other != null) {
        throw new IllegalStateException(
            "Two plugins have the id "
                + one.id
                + ": "
                + other.getClass().getName()
                + " and "
                + one.plugin.getClass().getName()
                + "; leave one off the class path");
      }
    }
  }

  /** Ids of the plugins, sorted. */
  public List<String> ids() {
    return found.stream().map(Found::id).toList();
  }

  /** The detectors of all plugins, plugin by plugin. */
  public List<DriftDetector> detectors() {
    return found.stream().flatMap(one -> one.detectors.stream()).toList();
  }

  /** The tools of all plugins. Passing them to a {@link Toolbox} grants nobody their use. */
  public ToolRegistry tools() {
    List<Tool<?, ?>> tools = new ArrayList<>();
    found.forEach(one -> tools.addAll(one.tools));
    List<Tool<?, ?>> all = List.copyOf(tools);
    return () -> all;
  }

  /**
   * Closes all plugins, also when one of them throws; a second call does nothing.
   *
   * @throws PluginException what the first of them threw, the others suppressed
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Found> lastFirst = new ArrayList<>(found);
    Collections.reverse(lastFirst);
    @Nullable PluginException failed = null;
    for (Found one : lastFirst) {
      try {
        one.plugin.close();
      } catch (Exception | LinkageError e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        PluginException thrown = new PluginException(one.id, "being closed", e);
        if (failed == null) {
          failed = thrown;
        } else {
          failed.addSuppressed(thrown);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
