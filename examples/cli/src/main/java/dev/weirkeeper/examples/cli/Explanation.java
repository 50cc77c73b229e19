package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Approval;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A record, the records that led to it and those that followed from it. Found in a few passes over
 * the journal, so that a journal of any length takes the memory of the answer only.
 */
final class Explanation {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,5}|#\\d{1,18}");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{6,64}");
  private static final int MOST_LEVELS = 16;
  private static final int MOST = 200;

  private final Pages.Page record;
  private final Map<Hash, Pages.Page> before;
  private final List<Pages.Page> after;
  private final boolean cut;

  private Explanation(
      Pages.Page record, Map<Hash, Pages.Page> before, List<Pages.Page> after, boolean cut) {
    this.record = record;
    this.before = before;
    this.after = after;
    this.cut = cut;
  }

  static Explanation of(Pages pages, String id) throws Failure, IOException {
    Pages.Page record = find(pages, id);
    Map<Hash, Pages.Page> before = causes(pages, record);
    List<Pages.Page> after = consequences(pages, record);
    return new Explanation(record, before, after, before.size() >= MOST || after.size() >= MOST);
  }

  private static Pages.Page find(Pages pages, String id) throws Failure, IOException {
    boolean number = NUMBER.matcher(id).matches();
    if (!number && !HEX.matcher(id).matches()) {
      throw new Failure(
          Exit.REFUSED,
          "'"
              + id
              + "' names no record: give at least 6 hexadecimal digits of a hash, or a number"
              + " as 'journal tail' shows it");
    }
    List<Pages.Page> found = new ArrayList<>();
    List<Pages.Page> naming = new ArrayList<>();
    long wanted = number ? Long.parseLong(id.replace("#", "")) : -1;
    pages.each(
        page -> {
          if (page.seq() == wanted || !number && page.hash().hex().startsWith(id)) {
            found.add(page);
          } else if (!number && naming.size() < MOST && names(page.record(), id)) {
            naming.add(page);
          }
        });
    if (!found.isEmpty() && found.stream().map(Pages.Page::hash).distinct().count() == 1) {
      return found.get(0);
    }
    if (found.isEmpty() && !naming.isEmpty()) {
      return naming.get(0);
    }
    throw new Failure(
        Exit.REFUSED,
        (found.isEmpty() ? "No record is or names " : "Several records begin with ")
            + id
            + "; 'journal tail -n 100' shows the newest");
  }

  /** Whether an id that it holds, or that can be computed from it, begins so. */
  private static boolean names(AuditRecord record, String id) {
    return record.body().text().contains('"' + id) || alias(record).hex().startsWith(id);
  }

  /** A request is called by the hash of its body, also as a cause. */
  private static Hash alias(AuditRecord record) {
    return Hash.of(record.body());
  }

  private static Map<Hash, Pages.Page> causes(Pages pages, Pages.Page record)
      throws Failure, IOException {
    Map<Hash, Pages.Page> known = new LinkedHashMap<>();
    Set<Hash> wanted = new HashSet<>(record.record().causes());
    for (int level = 0; level < MOST_LEVELS && !wanted.isEmpty(); level++) {
      Set<Hash> sought = Set.copyOf(wanted);
      wanted.clear();
      pages.each(
          page -> {
            Optional<Hash> name = nameAmong(sought, page);
            if (name.isPresent() && page.seq() < record.seq() && known.size() < MOST) {
              known.put(name.get(), page);
              wanted.addAll(page.record().causes());
            }
          });
      wanted.removeAll(known.keySet());
    }
    return known;
  }

  private static Optional<Hash> nameAmong(Set<Hash> names, Pages.Page page) {
    if (names.contains(page.hash())) {
      return Optional.of(page.hash());
    }
    return page.record().kind().equals(Approval.Request.KIND)
        ? Optional.of(alias(page.record())).filter(names::contains)
        : Optional.empty();
  }

  private static List<Pages.Page> consequences(Pages pages, Pages.Page record)
      throws Failure, IOException {
    Set<Hash> reached = new HashSet<>(Set.of(record.hash(), alias(record.record())));
    List<Pages.Page> after = new ArrayList<>();
    pages.each(
        page -> {
          if (page.seq() > record.seq()
              && after.size() < MOST
              && page.record().causes().stream().anyMatch(reached::contains)) {
            after.add(page);
            reached.add(page.hash());
            if (page.record().kind().equals(Approval.Request.KIND)) {
              reached.add(alias(page.record()));
            }
          }
        });
    return after;
  }

  Json json() {
    return Json.of(
        Map.of("record", record, "before", sorted(before), "after", after, "complete", !cut));
  }

  private static List<Pages.Page> sorted(Map<Hash, Pages.Page> pages) {
    return pages.values().stream()
        .sorted((a, b) -> Long.compare(a.seq(), b.seq()))
        .distinct()
        .toList();
  }

  void print(Output output) {
    AuditRecord it = record.record();
    output.field("record", record.seq() + ", " + record.hash());
    output.field("kind", it.kind());
    output.field("at", it.at().toString());
    output.field("by", it.actor());
    it.asset().ifPresent(asset -> output.field("about", asset.toString()));
    String words = RecordWords.of(it);
    if (!words.isEmpty()) {
      output.field("says", words);
    }
    output.field("body", it.body().text());

    output.line("");
    output.line(Style.STRONG, "What led to it");
    if (it.causes().isEmpty()) {
      output.line("  nothing: it stands at a beginning");
    }
    Set<Hash> shown = new LinkedHashSet<>();
    it.causes().forEach(cause -> printCause(output, cause, 1, shown));

    output.line("");
    output.line(Style.STRONG, "What followed from it");
    if (after.isEmpty()) {
      output.line("  nothing, so far");
    }
    Map<Hash, Integer> depth = new HashMap<>(Map.of(record.hash(), 0, alias(it), 0));
    for (Pages.Page page : after) {
      int below =
          1
              + page.record().causes().stream()
                  .filter(depth::containsKey)
                  .mapToInt(depth::get)
                  .max()
                  .orElse(0);
      depth.put(page.hash(), below);
      depth.put(alias(page.record()), below);
      output.line("  ".repeat(below) + PageView.text(page));
    }
    if (cut) {
      output.warn("There is more: only " + MOST + " records each way are shown");
    }
  }

  private void printCause(Output output, Hash cause, int level, Set<Hash> shown) {
    Pages.Page page = before.get(cause);
    String indent = "  ".repeat(level);
    if (page == null) {
      output.line(Style.FAINT, indent + cause.brief() + "  is no record that this journal holds");
    } else if (!shown.add(cause)) {
      output.line(Style.FAINT, indent + page.seq() + "  " + cause.brief() + "  as above");
    } else {
      output.line(indent + PageView.text(page));
      page.record().causes().forEach(next -> printCause(output, next, level + 1, shown));
    }
  }
}
