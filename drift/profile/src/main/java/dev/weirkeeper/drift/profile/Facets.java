package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import java.util.Base64;
import java.util.Optional;

/** Reads facets of this module. */
final class Facets {
  private Facets() {}

  /** The body of the first facet of a kind. */
  static Optional<Json> body(Observation observation, String kind) {
    return observation.facets().stream()
        .filter(Facet.Extension.class::isInstance)
        .map(Facet.Extension.class::cast)
        .filter(facet -> facet.kind().equals(kind))
        .map(Facet.Extension::body)
        .findFirst();
  }

  static byte[] bytes(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw ByteParser.malformed("it is not Base64");
    }
  }
}
