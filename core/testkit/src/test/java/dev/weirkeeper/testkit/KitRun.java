package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What became of the tests of a kit that was run against an adapter. */
record KitRun(Set<String> passed, Map<String, Throwable> failed, Set<String> aborted) {

  static KitRun of(Class<?> adapter) {
    KitRun run = new KitRun(new TreeSet<>(), new TreeMap<>(), new TreeSet<>());
    Launcher launcher = LauncherFactory.create();
    launcher.execute(
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(adapter)).build(),
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            run.note(test, result);
          }
        });
    assertThat(run.passed.size() + run.failed.size() + run.aborted.size())
        .as("tests of %s that ran", adapter.getSuperclass().getSimpleName())
        .isEqualTo(tests(adapter.getSuperclass()).size());
    return run;
  }

  /** Names of the tests of a kit. */
  static Set<String> tests(Class<?> kit) {
    return Arrays.stream(kit.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .map(Method::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void note(TestIdentifier test, TestExecutionResult result) {
    String name =
        test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(source -> ((MethodSource) source).getMethodName())
            .orElse(test.getDisplayName());
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          passed.add(name);
        }
      }
      case ABORTED -> aborted.add(name);
      case FAILED -> failed.put(name, result.getThrowable().orElseThrow());
    }
  }

  /** A kit whose test no flaw makes fail could as well not have it. */
  static void assertSeenToFail(Class<?> kit, Stream<Set<String>> caughtBy) {
    Set<String> seen = caughtBy.flatMap(Set::stream).collect(Collectors.toSet());
    assertThat(seen)
        .as("tests of %s that some flaw makes fail", kit.getSimpleName())
        .isEqualTo(tests(kit));
  }

  /** A correct adapter, with all optional powers. */
  void assertPassed() {
    failed.values().stream()
        .findFirst()
        .ifPresent(
            thrown -> {
              throw new AssertionError(failed.keySet() + " failed; the first:", thrown);
            });
    assertThat(aborted).as("tests that did not apply").isEmpty();
  }

  /** A broken adapter, which these tests must catch. */
  void assertCaughtBy(Set<String> tests) {
    assertThat(failed.keySet()).as("tests that failed").containsAll(tests);
    failed.forEach(
        (test, thrown) -> assertThat(thrown).as(test).isNotInstanceOf(LinkageError.class));
  }
}
