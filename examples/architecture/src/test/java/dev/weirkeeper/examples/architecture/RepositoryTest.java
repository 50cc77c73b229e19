package dev.weirkeeper.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

class RepositoryTest {
  private static final Set<String> TEST_ANNOTATIONS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate");

  @Test
  void every_folder_with_a_pom_is_a_module_of_the_build() {
    assertThat(Repository.modules()).isEqualTo(Repository.foldersWithPom());
  }

  @Test
  void only_the_quickstart_builds_less_than_everything() {
    List<String> always = Repository.modulesOf(Repository.rootPom());

    assertThat(always).doesNotHaveDuplicates();
    for (Element profile : Repository.profiles()) {
      String id = Repository.children(profile, "id").get(0).getTextContent();
      Set<String> built = new TreeSet<>(always);
      built.addAll(Repository.modulesOf(profile));
      if (!id.equals("quickstart")) {
        assertThat(built).as("profile " + id).isEqualTo(Repository.modules());
      }
    }
  }

  static Stream<String> modules() {
    return Repository.modules().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void a_module_holds_the_packages_of_its_folder_and_is_named_by_them(String folder)
      throws IOException {
    Path home = Repository.ROOT.resolve(folder);
    String expected = moduleName(folder);

    String name =
        Repository.children(Repository.pom(home.resolve("pom.xml")), "properties").stream()
            .flatMap(properties -> Repository.children(properties, "module.name").stream())
            .map(Element::getTextContent)
            .findFirst()
            .orElse("none");

    assertThat(name).isEqualTo(expected);
    for (CompilationUnitTree unit : parse(Repository.files(home.resolve("src/main"), ".java"))) {
      String found = String.valueOf(unit.getPackageName());
      assertThat(found + ".")
          .as(unit.getSourceFile().getName())
          .startsWith(folder.equals("core") ? "dev.weirkeeper." : expected + ".");
    }
  }

  private static String moduleName(String folder) {
    return switch (folder) {
      case "core" -> "dev.weirkeeper";
      // Stands for the work of somebody else, who has a package of their own.
      case "examples/plugin" -> "com.example.freshness";
      // What belongs to core is named without it, and packages know no hyphen.
      default ->
          "dev.weirkeeper." + folder.replaceFirst("^core/", "").replace('/', '.').replace("-", "");
    };
  }

  @Test
  void every_test_has_a_body_and_none_sleeps() throws IOException {
    List<Path> tests =
        Repository.files(Repository.ROOT, ".java").stream()
            .filter(file -> Repository.relative(file).contains("src/test/"))
            .filter(file -> !Repository.relative(file).contains("/planted/"))
            .toList();

    Set<String> problems = problems(tests);

    assertThat(tests).hasSizeGreaterThan(20);
    assertThat(problems).isEmpty();
  }

  @Test
  void an_empty_test_and_a_sleeping_one_are_found(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("BadTest.java");
    Files.writeString(
        file,
        """
        class BadTest {
          @Test
          void nothing() {
            // one day
          }

          @org.junit.jupiter.api.Test
          void sleeper() throws Exception {
            java.util.concurrent.TimeUnit.SECONDS.sleep(1);
          }

          @Test
          void fine() {
            check();
          }
        }
        """);

    assertThat(problems(List.of(file)))
        .containsExactlyInAnyOrder(
            "BadTest.nothing has an empty body",
            "BadTest.sleeper sleeps; wait for what should happen instead");
  }

  private static Set<String> problems(List<Path> tests) throws IOException {
    Set<String> problems = new TreeSet<>();
    for (CompilationUnitTree unit : parse(tests)) {
      new Habits(problems).scan(unit, null);
    }
    return problems;
  }

  private static List<CompilationUnitTree> parse(List<Path> files) throws IOException {
    if (files.isEmpty()) {
      return List.of();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> errors = new DiagnosticCollector<>();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(errors, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  errors,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      List<CompilationUnitTree> units = new ArrayList<>();
      task.parse().forEach(units::add);
      assertThat(errors.getDiagnostics()).isEmpty();
      return units;
    }
  }

  /** Looks for what a test should not do. */
  private static final class Habits extends TreeScanner<Void, Void> {
    private final Set<String> problems;
    private final List<String> where = new ArrayList<>();

    Habits(Set<String> problems) {
      this.problems = problems;
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      return within(type.getSimpleName().toString(), () -> super.visitClass(type, null));
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      return within(
          method.getName().toString(),
          () -> {
            if (isTest(method)
                && method.getBody() != null
                && method.getBody().getStatements().isEmpty()) {
              problems.add(String.join(".", where) + " has an empty body");
            }
            return super.visitMethod(method, null);
          });
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
      String called = call.getMethodSelect().toString();
      if (called.equals("Thread.sleep") || called.matches(".*TimeUnit\\.\\w+\\.sleep")) {
        problems.add(String.join(".", where) + " sleeps; wait for what should happen instead");
      }
      return super.visitMethodInvocation(call, null);
    }

    private Void within(String name, Supplier<Void> scan) {
      where.add(name);
      scan.get();
      where.remove(where.size() - 1);
      return null;
    }

    private static boolean isTest(MethodTree method) {
      Set<String> names = new HashSet<>();
      for (AnnotationTree annotation : method.getModifiers().getAnnotations()) {
        String name = annotation.getAnnotationType().toString();
        names.add(name.substring(name.lastIndexOf('.') + 1));
      }
      return names.stream().anyMatch(TEST_ANNOTATIONS::contains);
    }
  }
}
