package dev.weirkeeper.examples.architecture;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.EvaluationResult;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A rule about compiled classes. It is asked of one class at a time and for a root package, so that
 * the same rule can be held against classes that were planted to break it.
 */
enum Rule {
  /** Arrows point down to core; an adapter also sees its own capability. */
  CAPABILITIES_DO_NOT_KNOW_EACH_OTHER(
      (type, base) ->
          uses(
              type,
              target ->
                  target.getPackageName().startsWith(base)
                      && !maySee(module(type, base), module(target, base)))),

  INTERNALS_STAY_IN_THEIR_MODULE(
      (type, base) ->
          uses(
              type,
              target ->
                  target.getPackageName().startsWith(base)
                      && (target.getPackageName() + ".").contains(".internal.")
                      && !module(type, base).equals(module(target, base)))),

  /** Jackson, slf4j and the like can be replaced without breaking anybody. */
  NO_LIBRARY_TYPE_IN_THE_VOCABULARY(
      (type, base) ->
          isVocabulary(type, base)
              ? signature(type)
                  .filter(
                      used ->
                          !used.isPrimitive()
                              && !used.getPackageName().startsWith("java.")
                              && !isVocabulary(used, base))
                  .map(used -> type.getName() + " shows " + used.getName())
              : Stream.empty()),

  /** Detectors, planners, policies and judges: the same inputs give the same answer, offline. */
  PURE_CODE_DOES_NO_IO((type, base) -> isPure(type, base) ? uses(type, Rule::isIo) : none()),

  TIME_AND_CHANCE_ARE_ARGUMENTS(
      (type, base) -> isPure(type, base) ? calls(type, Rule::asksTimeOrChance) : none()),

  PUBLIC_CLASSES_ARE_CLOSED(
      (type, base) ->
          type.getModifiers().contains(PUBLIC)
                  && !type.isInterface()
                  && !type.isEnum()
                  && !type.isRecord()
                  && !type.getModifiers().contains(FINAL)
                  && !module(type, base).equals("core/testkit")
              ? Stream.of(type.getName() + " can be extended")
              : none()),

  PACKAGES_ARE_NULL_MARKED(
      (type, base) ->
          type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")
              ? none()
              : Stream.of(type.getPackageName() + " is not @NullMarked, see " + type.getName())),

  LOGS_GO_TO_SLF4J(
      (type, base) ->
          Stream.concat(
              uses(type, target -> target.getPackageName().startsWith("java.util.logging")),
              calls(type, Rule::printsToConsole))),

  /**
   * Authority is granted: but for capabilities, nothing that lies on a class path is looked for.
   */
  ONLY_PLUGINS_ARE_DISCOVERED(
      (type, base) ->
          type.getFullName().equals("dev.weirkeeper.Plugins")
              ? Stream.empty()
              : calls(type, access -> access.getTargetOwner().isEquivalentTo(ServiceLoader.class))),

  NOBODY_SLEEPS(
      (type, base) ->
          // Between two tries for a lock, those whom the waiting ALTER held up must get through.
          type.getFullName().equals("dev.weirkeeper.healing.postgres.Acts")
              ? Stream.empty()
              : calls(type, access -> access.getName().equals("sleep")));

  private static final Set<String> CORE_PACKAGES = Set.of("", "spi", "internal");
  private static final Set<String> PURE_MODULES =
      Set.of("drift", "drift/profile", "healing", "contracts");

  /** Packages below those of pure modules that talk to databases or read files for a host. */
  private static final Set<String> EDGES =
      Set.of(".contracts.sql", ".contracts.gate", ".contracts.read", ".drift.profile.store");

  private static final SortedSet<String> MODULES = Repository.libraries();

  @FunctionalInterface
  private interface Condition<T> {
    boolean holds(T value);
  }

  private final BiFunction<JavaClass, String, Stream<String>> violations;

  Rule(BiFunction<JavaClass, String, Stream<String>> violations) {
    this.violations = violations;
  }

  EvaluationResult evaluate(String base, JavaClasses all) {
    return classes()
        .that()
        .resideInAPackage(base + "..")
        .should(
            new ArchCondition<JavaClass>(name().toLowerCase(Locale.ROOT).replace('_', ' ')) {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                violations
                    .apply(type, base)
                    .forEach(text -> events.add(SimpleConditionEvent.violated(type, text)));
              }
            })
        .evaluate(all);
  }

  /** The folder of the module that a class belongs to, by its package. */
  static String module(JavaClass type, String base) {
    String name = type.getPackageName();
    String below = name.equals(base) ? "" : name.substring(base.length() + 1);
    String[] parts = below.split("\\.");
    if (CORE_PACKAGES.contains(parts[0])) {
      return "core";
    }
    if (MODULES.contains("core/" + parts[0])) {
      return "core/" + parts[0];
    }
    String adapter = parts.length > 1 ? parts[0] + "/" + parts[1] : parts[0];
    return MODULES.contains(adapter) ? adapter : parts[0];
  }

  private static boolean maySee(String user, String used) {
    return used.equals("core")
        || used.equals(user)
        || user.startsWith(used + "/")
        // A rehearsal reads the catalog of its scratch server as that of a target is read.
        || user.equals("drift/rehearsal") && used.equals("drift/postgres");
  }

  private static boolean isVocabulary(JavaClass type, String base) {
    String name = type.getPackageName();
    return name.equals(base) || name.equals(base + ".spi");
  }

  /** Readers of contract files are no judges: a host calls them while it is being set up. */
  private static boolean isPure(JavaClass type, String base) {
    return PURE_MODULES.contains(module(type, base))
        && EDGES.stream().noneMatch(edge -> type.getPackageName().equals(base + edge))
        && !type.getSimpleName().endsWith("Reader");
  }

  /** To declare that a seam may fail is no I/O. */
  private static final Set<String> HARMLESS =
      Set.of("java.io.Serializable", "java.io.IOException", "java.io.UncheckedIOException");

  private static boolean isIo(JavaClass type) {
    String name = type.getPackageName() + ".";
    return name.startsWith("java.io.") && !HARMLESS.contains(type.getName())
        || name.startsWith("java.net.")
        || name.startsWith("java.nio.file.")
        || name.startsWith("java.nio.channels.")
        || name.startsWith("java.sql.")
        || name.startsWith("javax.sql.");
  }

  private static boolean asksTimeOrChance(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    boolean withoutArguments =
        access.getTarget() instanceof CodeUnitCallTarget call
            && call.getRawParameterTypes().isEmpty();
    return owner.startsWith("java.time.") && name.equals("now") && withoutArguments
        || owner.equals("java.time.Clock") && name.startsWith("system")
        || owner.equals("java.lang.System")
            && (name.equals("currentTimeMillis") || name.equals("nanoTime"))
        || owner.equals("java.lang.Math") && name.equals("random")
        || owner.equals("java.util.UUID") && name.equals("randomUUID")
        || owner.equals("java.util.Random") && name.equals("<init>") && withoutArguments
        || owner.equals("java.util.concurrent.ThreadLocalRandom")
        || owner.equals("java.security.SecureRandom");
  }

  private static boolean printsToConsole(JavaAccess<?> access) {
    return access.getTargetOwner().isEquivalentTo(System.class)
            && (access.getName().equals("out") || access.getName().equals("err"))
        || access.getName().equals("printStackTrace");
  }

  private static Stream<String> none() {
    return Stream.empty();
  }

  private static Stream<String> uses(JavaClass type, Condition<JavaClass> forbidden) {
    return type.getDirectDependenciesFromSelf().stream()
        .filter(dependency -> forbidden.holds(dependency.getTargetClass().getBaseComponentType()))
        .map(Dependency::getDescription);
  }

  private static Stream<String> calls(JavaClass type, Condition<JavaAccess<?>> forbidden) {
    return type.getAccessesFromSelf().stream()
        .filter(forbidden::holds)
        .map(JavaAccess::getDescription);
  }

  /** All types that a user of the class must have on the class path. */
  private static Stream<JavaClass> signature(JavaClass type) {
    Set<JavaType> types = new LinkedHashSet<>();
    if (visible(type)) {
      type.getSuperclass().ifPresent(types::add);
      types.addAll(type.getInterfaces());
      type.getTypeParameters().forEach(parameter -> types.addAll(parameter.getUpperBounds()));
      type.getFields().stream().filter(Rule::visible).map(JavaField::getType).forEach(types::add);
      for (JavaCodeUnit unit : type.getCodeUnits()) {
        if (visible(unit)) {
          types.add(unit.getReturnType());
          types.addAll(unit.getParameterTypes());
          types.addAll(unit.getExceptionTypes());
          unit.getTypeParameters().forEach(parameter -> types.addAll(parameter.getUpperBounds()));
        }
      }
    }
    return types.stream()
        .flatMap(used -> used.getAllInvolvedRawTypes().stream())
        .map(JavaClass::getBaseComponentType)
        .distinct();
  }

  private static boolean visible(JavaMember member) {
    return member.getModifiers().contains(PUBLIC) || member.getModifiers().contains(PROTECTED);
  }

  private static boolean visible(JavaClass type) {
    Optional<JavaClass> outer = type.getEnclosingClass();
    return (type.getModifiers().contains(PUBLIC) || type.getModifiers().contains(PROTECTED))
        && (outer.isEmpty() || visible(outer.get()));
  }
}
