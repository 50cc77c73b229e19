package dev.weirkeeper.contracts.read;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.Terms;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A contract while a document is read into it: its rules get ids of their own. */
final class Drafting {
  /** What rules drafted from here on are like. */
  record Style(Severity severity, Optional<Expr> where, Optional<String> name) {
    static final Style PLAIN = new Style(Severity.CRITICAL, Optional.empty(), Optional.empty());
  }

  private final Account account;
  private final String asset;
  private final List<Rule> rules = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final List<Node> places = new ArrayList<>();

  Drafting(Account account, String asset) {
    this.account = account;
    this.asset = asset;
  }

  String asset() {
    return asset;
  }

  Account account() {
    return account;
  }

  Rule supported(Node at, String asked, Rule rule, Style style) {
    Rule kept = keep(at, rule, style);
    account.supported(at, asked, kept);
    return kept;
  }

  Rule supported(Node at, String asked, Rule rule) {
    return supported(at, asked, rule, Style.PLAIN);
  }

  void approximated(Node at, String asked, Rule rule, Style style, String how) {
    account.approximated(at, asked, keep(at, rule, style), how);
  }

  void unsupported(Node at, String asked, List<String> columns, Style style, String reason) {
    Rule rule = Rule.unsupported(asked, columns, new Terms.Unsupported(asked, reason, kept(at)));
    account.unsupported(
        at, asked, keep(at, rule, new Style(style.severity(), Optional.empty(), style.name())));
  }

  void unsupported(Node at, String asked, List<String> columns, String reason) {
    unsupported(at, asked, columns, Style.PLAIN, reason);
  }

  /** A rule that belongs to something that is accounted for already. */
  Rule keep(Node at, Rule rule, Style style) {
    Rule styled = style.where().isPresent() ? rule.where(style.where().get()) : rule;
    styled = styled.graded(style.severity());
    String name = style.name().filter(given -> !given.isBlank()).orElse(rule.id());
    String id = name;
    for (int i = 2; !ids.add(id); i++) {
      id = name + "-" + i;
    }
    styled = styled.named(id);
    rules.add(styled);
    places.add(at);
    return styled;
  }

  /** What the document says there, if it has a canonical form. */
  private static Json kept(Node at) {
    try {
      return Json.of(at.tree());
    } catch (IllegalArgumentException e) {
      return Json.empty();
    }
  }

  /**
   * @throws IllegalArgumentException if two rules contradict each other; names line and path
   */
  Contract contract(String id, String version) {
    Contract contract = new Contract(id, version, asset, rules);
    for (ContractLint.Problem problem : ContractLint.check(contract)) {
      if (problem.sort() == ContractLint.Sort.CONTRADICTION) {
        int at = indexOf(problem.rule());
        throw places.get(at).malformed(problem.text());
      }
    }
    return contract;
  }

  private int indexOf(String id) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).id().equals(id)) {
        return i;
      }
    }
    throw new IllegalStateException("No rule is called " + id);
  }
}
