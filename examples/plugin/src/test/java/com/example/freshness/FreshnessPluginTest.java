package com.example.freshness;

import dev.weirkeeper.spi.Plugin;
import dev.weirkeeper.testkit.PluginKit;

class FreshnessPluginTest extends PluginKit {
  @Override
  protected Plugin plugin() {
    return new FreshnessPlugin();
  }
}
