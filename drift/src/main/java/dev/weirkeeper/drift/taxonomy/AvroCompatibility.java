package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.taxonomy.AvroSchema.Field;
import dev.weirkeeper.drift.taxonomy.AvroSchema.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says whether data written under one Avro schema can be read under another, by the rules of Avro's
 * schema resolution (Apache Avro 1.12 specification, "Schema Resolution"): names without their
 * namespace or by the reader's aliases, promotions, unions, defaults of enums, recursion. Beyond
 * them it says where resolution succeeds and the meaning changes. Pure; used once.
 */
public final class AvroCompatibility {
  private static final Map<Kind, Set<Kind>> PROMOTIONS =
      Map.of(
          Kind.INT, Set.of(Kind.LONG, Kind.FLOAT, Kind.DOUBLE),
          Kind.LONG, Set.of(Kind.FLOAT, Kind.DOUBLE),
          Kind.FLOAT, Set.of(Kind.DOUBLE),
          Kind.STRING, Set.of(Kind.BYTES),
          Kind.BYTES, Set.of(Kind.STRING));

  /**
   * What was found of two records, so that each pair is asked about once however often it occurs;
   * nothing while they are being compared: a record can hold itself.
   */
  private final IdentityHashMap<AvroSchema, IdentityHashMap<AvroSchema, List<Incompatibility>>>
      known = new IdentityHashMap<>();

  /** Pairs in which nothing was found that fails, in the order in which they were done. */
  private final List<Pair> clean = new ArrayList<>();

  private record Pair(AvroSchema reader, AvroSchema writer) {}

  private AvroCompatibility() {}

  /**
   * All reasons, each once, in the order of the reader's schema; empty if everything written can be
   * read and means the same.
   */
  public static List<Incompatibility> between(AvroSchema reader, AvroSchema writer) {
    return new AvroCompatibility()
        .check(requireNonNull(reader, "reader"), requireNonNull(writer, "writer"), "").stream()
            .distinct()
            .toList();
  }

  /** Whether everything that was written can be read, whatever it means. */
  public static boolean reads(AvroSchema reader, AvroSchema writer) {
    return between(reader, writer).stream().noneMatch(found -> found.kind().fails());
  }

  /**
   * Reasons why a registry would refuse a new version of a subject.
   *
   * @param versions those before, oldest first
   * @return by the index of the version that it does not agree with; only those that fail
   */
  public static Map<Integer, List<Incompatibility>> under(
      RegistryMode mode, AvroSchema proposed, List<AvroSchema> versions) {
    Map<Integer, List<Incompatibility>> refused = new TreeMap<>();
    int first = mode.transitive() ? 0 : Math.max(0, versions.size() - 1);
    for (int i = first; i < versions.size(); i++) {
      List<Incompatibility> reasons = new ArrayList<>();
      if (mode.axes().contains(Axis.NEW_READS_OLD)) {
        reasons.addAll(between(proposed, versions.get(i)));
      }
      if (mode.axes().contains(Axis.OLD_READS_NEW)) {
        reasons.addAll(between(versions.get(i), proposed));
      }
      reasons.removeIf(reason -> !reason.kind().fails());
      if (!reasons.isEmpty()) {
        refused.put(i, List.copyOf(reasons));
      }
    }
    return Collections.unmodifiableMap(refused);
  }

  private List<Incompatibility> check(AvroSchema reader, AvroSchema writer, String at) {
    if (writer.kind() == Kind.UNION) {
      return writerUnion(reader, writer, at);
    }
    if (reader.kind() == Kind.UNION) {
      return branch(reader, writer, at);
    }
    if (reader.kind() != writer.kind()) {
      boolean promoted = PROMOTIONS.getOrDefault(writer.kind(), Set.of()).contains(reader.kind());
      return promoted
          ? meaning(reader, writer, at)
          : one(
              Incompatibility.Kind.TYPE_MISMATCH,
              at,
              "a " + word(reader) + " cannot read a " + word(writer));
    }
    return switch (reader.kind()) {
      case RECORD -> record(reader, writer, at);
      case ENUM -> enumeration(reader, writer, at);
      case FIXED -> fixed(reader, writer, at);
      case ARRAY -> check(reader.element(), writer.element(), at + "/items");
      case MAP -> check(reader.element(), writer.element(), at + "/values");
      default -> meaning(reader, writer, at);
    };
  }

  /** Any branch may have been written, so the reader must know each. */
  private List<Incompatibility> writerUnion(AvroSchema reader, AvroSchema writer, String at) {
    List<Incompatibility> found = new ArrayList<>();
    for (AvroSchema written : writer.branches()) {
      found.addAll(check(reader, written, at));
    }
    return found;
  }

  private List<Incompatibility> branch(AvroSchema reader, AvroSchema writer, String at) {
    Optional<List<Incompatibility>> meanings = Optional.empty();
    for (int i = 0; i < reader.branches().size(); i++) {
      List<Incompatibility> tried = check(reader.branches().get(i), writer, at + "/" + i);
      if (tried.isEmpty()) {
        return tried;
      }
      if (meanings.isEmpty() && tried.stream().noneMatch(reason -> reason.kind().fails())) {
        meanings = Optional.of(tried);
      }
    }
    return meanings.orElseGet(
        () ->
            one(
                Incompatibility.Kind.MISSING_UNION_BRANCH,
                at,
                "no branch of the union reads a " + word(writer)));
  }

  private List<Incompatibility> record(AvroSchema reader, AvroSchema writer, String at) {
    if (!sameName(reader, writer)) {
      return nameMismatch(reader, writer, at);
    }
    IdentityHashMap<AvroSchema, List<Incompatibility>> asked =
        known.computeIfAbsent(reader, key -> new IdentityHashMap<>());
    List<Incompatibility> before = asked.putIfAbsent(writer, List.of());
    if (before != null) {
      return before;
    }
    int begun = clean.size();
    Set<Incompatibility> found = new LinkedHashSet<>();
    for (Field field : reader.fields()) {
      String here = at + "/fields/" + field.index();
      Optional<Field> written = written(field, writer);
      if (written.isPresent()) {
        found.addAll(check(field.type(), written.get().type(), here + "/type"));
      } else if (!field.hasDefault()) {
        found.addAll(
            one(
                Incompatibility.Kind.READER_FIELD_MISSING_DEFAULT_VALUE,
                here,
                "field " + field.name() + " was not written and has no default"));
      }
    }
    asked.put(writer, List.copyOf(found));
    if (found.stream().anyMatch(reason -> reason.kind().fails())) {
      forgetSince(begun);
    } else {
      clean.add(new Pair(reader, writer));
    }
    return List.copyOf(found);
  }

  /**
   * What was found to be clean within a pair that is not may rest on that pair, which was taken to
   * be clean while it was compared.
   */
  private void forgetSince(int begun) {
    List<Pair> doubtful = clean.subList(begun, clean.size());
    for (Pair pair : doubtful) {
      IdentityHashMap<AvroSchema, List<Incompatibility>> asked = known.get(pair.reader());
      if (asked != null) {
        asked.remove(pair.writer());
      }
    }
    doubtful.clear();
  }

  /** By name first; the writer's field may have a name that is an alias of the reader's. */
  private static Optional<Field> written(Field field, AvroSchema writer) {
    Optional<Field> same =
        writer.fields().stream().filter(other -> other.name().equals(field.name())).findFirst();
    return same.isPresent()
        ? same
        : writer.fields().stream()
            .filter(other -> field.aliases().contains(other.name()))
            .findFirst();
  }

  private List<Incompatibility> enumeration(AvroSchema reader, AvroSchema writer, String at) {
    if (!sameName(reader, writer)) {
      return nameMismatch(reader, writer, at);
    }
    Set<String> missing = new HashSet<>(writer.symbols());
    reader.symbols().forEach(missing::remove);
    if (missing.isEmpty() || reader.enumDefault().isPresent()) {
      return List.of();
    }
    return one(
        Incompatibility.Kind.MISSING_ENUM_SYMBOLS,
        at + "/symbols",
        "the reader lacks " + missing.size() + " of the symbols and has no default");
  }

  private List<Incompatibility> fixed(AvroSchema reader, AvroSchema writer, String at) {
    if (!sameName(reader, writer)) {
      return nameMismatch(reader, writer, at);
    }
    if (reader.size() != writer.size()) {
      return one(
          Incompatibility.Kind.FIXED_SIZE_MISMATCH,
          at + "/size",
          "reads " + reader.size() + " bytes where " + writer.size() + " were written");
    }
    return meaning(reader, writer, at);
  }

  /** What resolution does not look at: another unit, another place of the point. */
  private static List<Incompatibility> meaning(AvroSchema reader, AvroSchema writer, String at) {
    Optional<AvroSchema.Logical> reads = reader.logical();
    Optional<AvroSchema.Logical> wrote = writer.logical();
    boolean same =
        reads.map(AvroSchema.Logical::name).equals(wrote.map(AvroSchema.Logical::name))
            && reads.map(AvroSchema.Logical::scale).equals(wrote.map(AvroSchema.Logical::scale));
    return same
        ? List.of()
        : one(
            Incompatibility.Kind.LOGICAL_TYPE_CHANGED,
            at,
            "reads as " + word(reads) + " what was written as " + word(wrote));
  }

  private static String word(Optional<AvroSchema.Logical> logical) {
    return logical
        .map(
            known ->
                known.name().equals("decimal") ? "decimal of scale " + known.scale() : known.name())
        .orElse("a plain value");
  }

  private static boolean sameName(AvroSchema reader, AvroSchema writer) {
    return reader.name().simple().equals(writer.name().simple())
        || reader.name().aliases().contains(writer.name().full());
  }

  private static List<Incompatibility> nameMismatch(
      AvroSchema reader, AvroSchema writer, String at) {
    return one(
        Incompatibility.Kind.NAME_MISMATCH,
        at + "/name",
        reader.name().full() + " is not called " + writer.name().full());
  }

  private static String word(AvroSchema schema) {
    return schema.kind().name().toLowerCase(Locale.ROOT);
  }

  private static List<Incompatibility> one(Incompatibility.Kind kind, String at, String message) {
    return List.of(new Incompatibility(kind, at, message));
  }
}
