package dev.weirkeeper;

/** Code that is not ours threw. Says whose and while doing what. */
public final class PluginException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PluginException(String plugin, String doing, Throwable cause) {
    super("Plugin " + plugin + " threw " + cause.getClass().getName() + " while " + doing, cause);
  }
}
