package dev.weirkeeper.examples.architecture.planted;

import java.util.Optional;
import org.slf4j.Logger;

public interface ShowsLogger {
  Optional<Logger> logger();
}
