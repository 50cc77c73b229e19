package dev.weirkeeper.examples.architecture;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The files of the repository that this module is part of. */
final class Repository {
  static final Path ROOT = root();

  private Repository() {}

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "These tests run inside the repository; no mvnw above here");
      }
    }
    return folder;
  }

  /** All modules that any profile of the root POM builds, as folders. */
  static SortedSet<String> modules() {
    SortedSet<String> modules = new TreeSet<>(modulesOf(rootPom()));
    for (Element profile : profiles()) {
      modules.addAll(modulesOf(profile));
    }
    return modules;
  }

  /** Modules that hosts use: all but the examples. */
  static SortedSet<String> libraries() {
    SortedSet<String> libraries = new TreeSet<>(modules());
    libraries.removeIf(module -> module.startsWith("examples/"));
    return libraries;
  }

  static Element rootPom() {
    return pom(ROOT.resolve("pom.xml"));
  }

  static List<Element> profiles() {
    return children(rootPom(), "profiles").stream()
        .flatMap(profiles -> children(profiles, "profile").stream())
        .toList();
  }

  /** The modules that a POM or a profile lists itself. */
  static List<String> modulesOf(Element pomOrProfile) {
    return children(pomOrProfile, "modules").stream()
        .flatMap(modules -> children(modules, "module").stream())
        .map(Element::getTextContent)
        .toList();
  }

  static Element pom(Path file) {
    try {
      Document document =
          DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
      return document.getDocumentElement();
    } catch (IOException | SAXException | ParserConfigurationException e) {
      throw new IllegalStateException("Cannot read " + file, e);
    }
  }

  static List<Element> children(Element parent, String name) {
    List<Element> children = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        children.add(element);
      }
    }
    return children;
  }

  /** Folders with a POM, relative to the root, which itself is left out. */
  static SortedSet<String> foldersWithPom() {
    SortedSet<String> folders = new TreeSet<>();
    for (Path pom : files(ROOT, "pom.xml")) {
      String folder = relative(pom.getParent());
      if (!folder.isEmpty()) {
        folders.add(folder);
      }
    }
    return folders;
  }

  static List<Path> files(Path below, String suffix) {
    if (!Files.exists(below)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(below)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(suffix))
          .filter(Files::isRegularFile)
          .filter(Repository::ours)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Not what a build made, and not in a hidden folder. */
  private static boolean ours(Path file) {
    for (Path part : ROOT.relativize(file)) {
      if (part.toString().equals("target") || part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }

  static String relative(Path path) {
    return ROOT.relativize(path).toString().replace(File.separatorChar, '/');
  }

  static String read(String file) {
    return read(ROOT.resolve(file));
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
