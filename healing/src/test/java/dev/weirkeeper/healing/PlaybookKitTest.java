package dev.weirkeeper.healing;

import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.testkit.HealingPolicyKit;

class PlaybookKitTest extends HealingPolicyKit {
  @Override
  protected HealingPolicy policy() {
    return new Playbook();
  }
}
