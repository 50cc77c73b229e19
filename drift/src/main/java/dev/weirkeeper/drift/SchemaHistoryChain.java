package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaAccepted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The versions of one relation that a target followed, one after the other, each bound to the one
 * before it by a hash. Built from the audit log, and continued by a look at the catalog where the
 * log ends; two that have the same head have the same history. Immutable.
 */
public final class SchemaHistoryChain {
  /**
   * A version in its place.
   *
   * @param id hash of all that follows
   * @param parent the link before it
   */
  public record Link(Hash id, Optional<Hash> parent, SchemaAccepted accepted) {
    public Link {
      requireNonNull(id, "id");
      requireNonNull(parent, "parent");
      requireNonNull(accepted, "accepted");
      if (!id.equals(idOf(parent, accepted))) {
        throw new IllegalArgumentException(
            "The id of a link is the hash of its content, and that of version "
                + accepted.relation().version().brief()
                + " is not: somebody changed it");
      }
    }

    static Link after(Optional<Hash> parent, SchemaAccepted accepted) {
      return new Link(idOf(parent, accepted), parent, accepted);
    }

    private record Content(Optional<Hash> parent, SchemaAccepted accepted) {}

    private static Hash idOf(Optional<Hash> parent, SchemaAccepted accepted) {
      return Hash.of(Json.of(new Content(parent, accepted)));
    }

    public Relation relation() {
      return accepted.relation();
    }
  }

  private final List<Link> links;

  private SchemaHistoryChain(List<Link> links) {
    this.links = List.copyOf(links);
  }

  /** Of a relation that nobody follows yet. */
  public static SchemaHistoryChain empty() {
    return new SchemaHistoryChain(List.of());
  }

  /**
   * Takes links that were kept elsewhere, and checks them.
   *
   * @throws IllegalArgumentException if one does not follow from the one before it
   */
  public static SchemaHistoryChain of(List<Link> links) {
    SchemaHistoryChain chain = empty();
    for (Link link : links) {
      SchemaHistoryChain next = chain.append(link.accepted());
      if (!next.head().equals(Optional.of(link)) || next.links.size() == chain.links.size()) {
        throw new IllegalArgumentException(
            "Link "
                + link.id().brief()
                + " does not follow the one before it: links are missing, twice there, or in"
                + " another order");
      }
      chain = next;
    }
    return chain;
  }

  /**
   * Builds the history of a relation from records of the log, in their order. Records of other
   * kinds and relations are passed over.
   *
   * @throws IllegalArgumentException if a version is missing between two that are there
   */
  public static SchemaHistoryChain rebuilt(Iterable<AuditRecord> log, String relationId) {
    SchemaHistoryChain chain = empty();
    for (AuditRecord record : log) {
      if (record.kind().equals(SchemaAccepted.KIND)) {
        SchemaAccepted accepted = record.body().as(SchemaAccepted.class);
        if (accepted.relation().id().equals(relationId)) {
          chain = chain.append(accepted);
        }
      }
    }
    return chain;
  }

  /**
   * The history with one more version. One that is told again, by a host that died after it wrote
   * it, changes nothing. The first that is known need not be the first that there was.
   *
   * @throws IllegalArgumentException if it does not follow from the newest
   */
  public SchemaHistoryChain append(SchemaAccepted accepted) {
    Optional<Link> head = head();
    if (head.isPresent()) {
      SchemaAccepted newest = head.get().accepted();
      boolean again =
          newest.relation().equals(accepted.relation()) && newest.from().equals(accepted.from());
      if (again) {
        return this;
      }
      if (!accepted.from().equals(Optional.of(newest.relation().version()))) {
        throw new IllegalArgumentException(
            "Version "
                + accepted.relation().version().brief()
                + " of "
                + accepted.relation().asset()
                + " follows "
                + accepted.from().map(Hash::brief).orElse("nothing")
                + ", but the newest known is "
                + newest.relation().version().brief()
                + ": records are missing between them. Rebuild from a whole log");
      }
    }
    List<Link> longer = new ArrayList<>(links);
    longer.add(Link.after(head.map(Link::id), accepted));
    return new SchemaHistoryChain(longer);
  }

  /** The history up to what the catalog says now; unchanged if that is the newest version. */
  public SchemaHistoryChain continued(Relation live, Position at) {
    if (head().map(Link::relation).equals(Optional.of(live))) {
      return this;
    }
    return append(
        new SchemaAccepted(
            at, Evidence.CATALOG, head().map(link -> link.relation().version()), live));
  }

  public List<Link> links() {
    return links;
  }

  /** The newest version; its id stands for the whole history. */
  public Optional<Link> head() {
    return links.isEmpty() ? Optional.empty() : Optional.of(links.get(links.size() - 1));
  }

  /**
   * The version that was in force at a position.
   *
   * @param order of the positions of that feed; positions by themselves have none
   */
  public Optional<Link> asOf(Position position, Comparator<Position> order) {
    Optional<Link> found = Optional.empty();
    for (Link link : links) {
      if (order.compare(link.accepted().position(), position) <= 0) {
        found = Optional.of(link);
      }
    }
    return found;
  }

  /**
   * What a detector finds, now as then, between a version and the one before it.
   *
   * @throws IllegalArgumentException if the link is none of this history
   */
  public List<Finding> findings(Link link) {
    int at = links.indexOf(link);
    if (at < 0) {
      throw new IllegalArgumentException(
          "Link " + link.id().brief() + " is none of this history: take one of links()");
    }
    Optional<Relation> before =
        at == 0 ? Optional.empty() : Optional.of(links.get(at - 1).relation());
    return SchemaDrift.findings(
        link.relation().asset(), before, link.relation(), link.accepted().evidence());
  }
}
