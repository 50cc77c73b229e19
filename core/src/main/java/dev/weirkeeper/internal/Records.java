package dev.weirkeeper.internal;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Secret;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What reflection says of a record type, asked once per type. */
final class Records {
  private static final ClassValue<Records> CACHE =
      new ClassValue<>() {
        @Override
        protected Records computeValue(Class<?> type) {
          return new Records(type);
        }
      };

  /**
   * A component of a record.
   *
   * @param index its place among the constructor's arguments
   */
  record Member(
      String name, Type type, boolean optional, boolean secret, int index, Method accessor) {
    Object of(Record record) {
      try {
        return accessor.invoke(record);
      } catch (ReflectiveOperationException e) {
        throw new IllegalArgumentException(
            "Cannot read " + name + " of " + record.getClass().getName(), e);
      }
    }
  }

  private final Class<?> type;
  private final Optional<String> kind;
  private final List<Member> members;
  private final Constructor<?> constructor;

  private Records(Class<?> type) {
    this.type = type;
    this.kind = kindOf(type);
    RecordComponent[] components = type.getRecordComponents();
    List<Member> sorted = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      Method accessor = components[i].getAccessor();
      accessor.setAccessible(true);
      sorted.add(
          new Member(
              components[i].getName(),
              components[i].getGenericType(),
              components[i].getType() == Optional.class,
              components[i].isAnnotationPresent(Secret.class),
              i,
              accessor));
      if (kind.isPresent() && components[i].getName().equals("is")) {
        throw new IllegalArgumentException(
            type.getName() + " has a component 'is', which names the kind of a sealed record");
      }
    }
    sorted.sort(Comparator.comparing(Member::name));
    this.members = List.copyOf(sorted);
    try {
      this.constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("Every record has its canonical constructor", e);
    }
  }

  static Records of(Class<?> recordType) {
    return CACHE.get(recordType);
  }

  /** The discriminator of a record that a sealed interface permits. */
  private static Optional<String> kindOf(Class<?> type) {
    for (Class<?> parent : type.getInterfaces()) {
      if (parent.isSealed()) {
        return Optional.of(
            type.getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT));
      }
    }
    return Optional.empty();
  }

  /** The records that a sealed interface permits, also those of sealed interfaces below it. */
  static List<Class<?>> permittedBy(Class<?> sealed) {
    List<Class<?>> permitted = new ArrayList<>();
    for (Class<?> sub : sealed.getPermittedSubclasses()) {
      if (sub.isRecord()) {
        permitted.add(sub);
      } else if (sub.isSealed()) {
        permitted.addAll(permittedBy(sub));
      } else {
        throw new IllegalArgumentException(
            sealed.getName() + " permits " + sub.getName() + ", which is no record");
      }
    }
    return permitted;
  }

  Optional<String> kind() {
    return kind;
  }

  /** Sorted by name. */
  List<Member> members() {
    return members;
  }

  /**
   * @throws IllegalArgumentException if the record does not take them
   */
  Record build(Object[] values) {
    try {
      return (Record) constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      Throwable thrown = requireNonNull(e.getCause());
      if (thrown instanceof Error error) {
        throw error;
      }
      throw new IllegalArgumentException(
          "not a valid " + type.getSimpleName() + ": " + thrown.getMessage(), thrown);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("Cannot build a " + type.getName(), e);
    }
  }
}
