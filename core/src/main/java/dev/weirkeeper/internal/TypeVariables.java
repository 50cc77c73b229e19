package dev.weirkeeper.internal;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What the type variables of a record stand for: T is String within a {@code Probe<String>}. */
final class TypeVariables {
  static final TypeVariables NONE = new TypeVariables(Map.of());

  private final Map<String, Type> values;

  private TypeVariables(Map<String, Type> values) {
    this.values = values;
  }

  /** The class of a type, without its arguments. */
  static Class<?> raw(Type type) {
    if (type instanceof Class<?> raw) {
      return raw;
    }
    if (type instanceof ParameterizedType generic) {
      return (Class<?>) generic.getRawType();
    }
    throw new IllegalArgumentException("Cannot map a " + type.getTypeName() + " to JSON");
  }

  /** An argument of a type; anything at all where it has none. */
  static Type argument(Type type, int index) {
    return type instanceof ParameterizedType generic
        ? generic.getActualTypeArguments()[index]
        : Object.class;
  }

  /** Variables of a record that was asked for as {@code type}. */
  static TypeVariables of(Type type) {
    Map<String, Type> values = new HashMap<>();
    TypeVariable<?>[] variables = raw(type).getTypeParameters();
    for (int i = 0; i < variables.length; i++) {
      values.put(variables[i].getName(), argument(type, i));
    }
    return new TypeVariables(values);
  }

  /** Variables of a record that a sealed interface permits, which was asked for as {@code type}. */
  static TypeVariables of(Class<?> permitted, Type type) {
    Map<String, Type> values = new HashMap<>();
    for (Type parent : permitted.getGenericInterfaces()) {
      if (parent instanceof ParameterizedType generic && generic.getRawType() == raw(type)) {
        Type[] arguments = generic.getActualTypeArguments();
        for (int i = 0; i < arguments.length; i++) {
          values.put(arguments[i].getTypeName(), argument(type, i));
        }
      }
    }
    return new TypeVariables(values);
  }

  /** The type with its variables replaced. */
  Type resolve(Type type) {
    if (type instanceof TypeVariable<?> variable) {
      return values.getOrDefault(variable.getName(), Object.class);
    }
    if (type instanceof ParameterizedType generic) {
      Type[] arguments =
          Arrays.stream(generic.getActualTypeArguments()).map(this::resolve).toArray(Type[]::new);
      return new Resolved(raw(type), arguments);
    }
    return type;
  }

  private record Resolved(Class<?> raw, Type[] arguments) implements ParameterizedType {
    @Override
    public Type[] getActualTypeArguments() {
      return arguments.clone();
    }

    @Override
    public Type getRawType() {
      return raw;
    }

    @Override
    public Type getOwnerType() {
      return raw.getDeclaringClass();
    }
  }
}
