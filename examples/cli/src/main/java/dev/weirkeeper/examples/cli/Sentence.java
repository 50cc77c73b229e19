package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/** Words about a rule, with the names and values in it told apart, so that they can be set off. */
final class Sentence {
  private static final int LONGEST = 240;
  private static final int MEMBERS = 8;

  /** Whether a piece is ours or was written by others. */
  enum Sort {
    WORDS,
    /** A name, a value or an expression of the contract. */
    QUOTED
  }

  record Piece(Sort sort, String text) {
    Piece {
      requireNonNull(sort, "sort");
      requireNonNull(text, "text");
    }
  }

  private final List<Piece> pieces = new ArrayList<>();

  Sentence say(String words) {
    pieces.add(new Piece(Sort.WORDS, words));
    return this;
  }

  Sentence quote(String text) {
    boolean isLong = text.codePointCount(0, text.length()) > LONGEST;
    String shown =
        isLong ? text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "\u2026" : text;
    pieces.add(new Piece(Sort.QUOTED, shown));
    return this;
  }

  /** Some of them, with how many more there are. */
  Sentence list(List<String> all) {
    if (all.isEmpty()) {
      return say("nothing");
    }
    for (int i = 0; i < Math.min(MEMBERS, all.size()); i++) {
      if (i > 0) {
        say(", ");
      }
      quote(all.get(i));
    }
    return all.size() > MEMBERS ? say(" and " + (all.size() - MEMBERS) + " more") : this;
  }

  List<Piece> pieces() {
    return List.copyOf(pieces);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.text()));
    return text.toString();
  }
}
