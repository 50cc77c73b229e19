package dev.weirkeeper.testkit;

import dev.weirkeeper.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks pure code the same question again and again, alone and from many threads at once. */
final class Purity {
  private static final int THREADS = 8;
  private static final int TIMES = 25;

  private Purity() {}

  /** All different answers as canonical text. Pure code gives one. */
  static Set<String> answers(Callable<?> question) throws Exception {
    Set<String> answers = new TreeSet<>();
    answers.add(text(question));
    answers.add(text(question));
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Set<String>>> threads = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      for (int i = 0; i < THREADS; i++) {
        threads.add(
            pool.submit(
                () -> {
                  start.await();
                  Set<String> own = new TreeSet<>();
                  for (int time = 0; time < TIMES; time++) {
                    own.add(text(question));
                  }
                  return own;
                }));
      }
      start.countDown();
      for (Future<Set<String>> thread : threads) {
        answers.addAll(thread.get());
      }
    } catch (ExecutionException e) {
      throw new AssertionError("One of " + THREADS + " threads got no answer", e.getCause());
    } finally {
      pool.shutdownNow();
    }
    return answers;
  }

  private static String text(Callable<?> question) throws Exception {
    return Json.of(question.call()).text();
  }
}
