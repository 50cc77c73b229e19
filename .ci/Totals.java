import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Adds up the XML reports of Surefire and Failsafe below a folder and names what failed, so that the
 * last lines of a log say why; fails if a test did or none ran.
 */
final class Totals {
  private static final int LINES = 12;
  private static final int WIDTH = 300;

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
    List<String> failures = new ArrayList<>();
    for (Path report : reports(root)) {
      String module = root.relativize(report).toString().replaceFirst(".target.*", "");
      Element suite = read(report);
      modules.merge(module, sum(suite), Sum::plus);
      failures.addAll(failures(suite));
    }
    modules.forEach((module, sum) -> System.out.println("  " + module + ": " + sum));
    Sum total = modules.values().stream().reduce(new Sum(0, 0, 0), Sum::plus);
    failures.forEach(System.out::println);
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

  private static Element read(Path report) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(report.toFile())
        .getDocumentElement();
  }

  private static Sum sum(Element suite) {
    int failed = count(suite, "errors") + count(suite, "failures");
    int skipped = count(suite, "skipped");
    return new Sum(count(suite, "tests") - failed - skipped, failed, skipped);
  }

  private static List<String> failures(Element suite) {
    List<String> told = new ArrayList<>();
    for (String kind : List.of("error", "failure")) {
      NodeList found = suite.getElementsByTagName(kind);
      for (int i = 0; i < found.getLength(); i++) {
        Element test = (Element) found.item(i).getParentNode();
        String trace = found.item(i).getTextContent().strip();
        told.add(
            "FAILED "
                + test.getAttribute("classname")
                + "."
                + test.getAttribute("name")
                + "\n"
                + trace.lines().limit(LINES).map(line -> "    " + cut(line)).collect(joining("\n")));
      }
    }
    return told;
  }

  private static String cut(String line) {
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH) + "…";
  }

  private static int count(Element suite, String name) {
    return Integer.parseInt(suite.getAttribute(name));
  }
}
