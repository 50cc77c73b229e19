package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version that a contract should have after a list of changes, as a proposal to its owner.
 *
 * @param bump the greatest that any change asks for
 * @param reasons one for each change that asks for that much, in the order of the changes. They
 *     hold names from outside.
 */
public record VersionBump(Bump bump, List<String> reasons) {
  private static final Pattern VERSION =
      Pattern.compile("(v?)([0-9]{1,9})(?:\\.([0-9]{1,9}))?(?:\\.([0-9]{1,9}))?(?:[-+].*)?");

  public VersionBump {
    requireNonNull(bump, "bump");
    reasons = List.copyOf(reasons);
  }

  /** By what the changes are, whoever reads. */
  public static VersionBump of(List<Change> changes) {
    return judged(changes.stream().map(change -> new Judgement(change, List.of())).toList());
  }

  /**
   * By what the changes are and by what they do to those who read: a change that a consumer cannot
   * bear is a major one for a contract that this consumer relies on.
   */
  public static VersionBump judged(List<Judgement> judgements) {
    Bump greatest = Bump.NONE;
    List<String> reasons = new ArrayList<>();
    for (Judgement judgement : judgements) {
      Kind kind = judgement.change().kind();
      Bump bump = kind.bump();
      String reason = kind + on(judgement.change().path()) + ": " + kind.note();
      // What says nothing of the schema asks for no version, whoever suffers.
      if (bump != Bump.NONE && bump != Bump.MAJOR) {
        List<String> broken =
            judgement.verdicts().stream()
                .filter(verdict -> verdict.verdict() == Verdict.BREAKING)
                .map(verdict -> verdict.consumer().id())
                .toList();
        if (!broken.isEmpty()) {
          bump = Bump.MAJOR;
          reason += " Breaks " + String.join(", ", broken) + ".";
        }
      }
      if (bump.compareTo(greatest) > 0) {
        greatest = bump;
        reasons.clear();
      }
      if (bump == greatest && bump != Bump.NONE) {
        reasons.add(reason);
      }
    }
    return new VersionBump(greatest, reasons);
  }

  private static String on(String path) {
    return path.isEmpty() ? "" : " on " + path;
  }

  /**
   * The version after this bump, in the form of the one before. Before 1.0.0 a major change moves
   * the second number, as is usual. What was behind a hyphen or a plus is left out.
   *
   * @param version {@code 2}, {@code 2.1}, {@code v2.1.0}
   * @throws IllegalArgumentException if it is no such version
   */
  public String next(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "A version is one to three numbers with dots between them, so no next one follows");
    }
    if (bump == Bump.NONE) {
      return version;
    }
    int major = Integer.parseInt(parts.group(2));
    int minor = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
    int patch = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
    Bump moved = bump == Bump.MAJOR && major == 0 && parts.group(3) != null ? Bump.MINOR : bump;
    switch (moved) {
      case MAJOR -> {
        major++;
        minor = 0;
        patch = 0;
      }
      case MINOR -> {
        minor++;
        patch = 0;
      }
      default -> patch++;
    }
    StringBuilder next = new StringBuilder(parts.group(1)).append(major);
    if (parts.group(3) != null || minor > 0 || patch > 0) {
      next.append('.').append(minor);
    }
    if (parts.group(4) != null || patch > 0) {
      next.append('.').append(patch);
    }
    return next.toString();
  }
}
