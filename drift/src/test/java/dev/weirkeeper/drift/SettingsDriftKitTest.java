package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Settings.sound;
import static dev.weirkeeper.drift.Settings.thing;

import dev.weirkeeper.Observation;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.testkit.DriftDetectorKit;
import java.util.List;

class SettingsDriftKitTest extends DriftDetectorKit {
  @Override
  protected DriftDetector detector() {
    return new SettingsDrift();
  }

  @Override
  protected List<Observation> history() {
    return List.of(
        sound().seen(),
        sound().without(Setting.PUBLICATION_MEMBER).seen(),
        sound()
            .with(Setting.PUBLICATION_COLUMNS, "1,2")
            .with(Setting.CONSTRAINTS, thing("9", "check", "s", ""))
            .seen(),
        sound()
            .with(Setting.PUBLICATION_COLUMNS, "1")
            .with(Setting.ROW_SECURITY, "on")
            .with(Setting.ROW_SECURITY_HIDES, "true")
            .with(Setting.CONSTRAINTS, thing("9", "check", "s", "not-enforced"))
            .seen(),
        sound().without(Setting.TABLE).seen());
  }
}
