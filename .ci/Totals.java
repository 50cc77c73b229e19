import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/** Adds up the XML reports of Surefire and Failsafe below a folder; fails if a test did or none ran. */
final class Totals {
  private record Sum(int passed, int failed, int skipped) {
    Sum plus(Sum other) {
      return new Sum(passed + other.passed, failed + other.failed, skipped + other.skipped);
    }

    @Override
    public String toString() {
      return passed + " passed, " + failed + " failed, " + skipped + " skipped";
    }
  }

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]).toRealPath();
    TreeMap<String, Sum> modules = new TreeMap<>();
    for (Path report : reports(root)) {
      String module = root.relativize(report).toString().replaceFirst(".target.*", "");
      modules.merge(module, read(report), Sum::plus);
    }
    modules.forEach((module, sum) -> System.out.println("  " + module + ": " + sum));
    Sum total = modules.values().stream().reduce(new Sum(0, 0, 0), Sum::plus);
    System.out.println(total);
    System.exit(total.failed() == 0 && total.passed() > 0 ? 0 : 1);
  }

  private static List<Path> reports(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
          .filter(file -> file.getParent().toString().matches(".*(surefire|failsafe)-reports"))
          .toList();
    }
  }

  private static Sum read(Path report) throws Exception {
    Element suite =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getDocumentElement();
    int failed = count(suite, "errors") + count(suite, "failures");
    int skipped = count(suite, "skipped");
    return new Sum(count(suite, "tests") - failed - skipped, failed, skipped);
  }

  private static int count(Element suite, String name) {
    return Integer.parseInt(suite.getAttribute(name));
  }
}
