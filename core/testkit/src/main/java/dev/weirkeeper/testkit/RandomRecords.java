package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Column;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Gated;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.QuietHours;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Screened;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Makes random values of the vocabulary's records, for tests of what must hold for all of them:
 * purity, round trips, schemas. The same seed makes the same values.
 */
public final class RandomRecords {
  private static final int TRIES = 1_000;
  private static final int MOST = 3;
  private static final String[] TEXTS = {
    "",
    "a",
    "public.orders",
    "caf\u00e9",
    "\ud83d\ude00",
    "\"quoted\"\\\n\t\u0001",
    "\u2028",
    "0",
    "null",
    "x".repeat(200)
  };

  private final Random random;

  public RandomRecords(long seed) {
    random = new Random(seed);
  }

  /**
   * @throws IllegalArgumentException if the type holds something that this class cannot make
   */
  public <T extends Record> T next(Class<T> type) {
    return type.cast(value(type));
  }

  private Object value(Type type) {
    Class<?> raw =
        type instanceof ParameterizedType generic
            ? (Class<?>) generic.getRawType()
            : (Class<?>) type;
    if (raw == String.class) {
      return text();
    } else if (raw == int.class || raw == Integer.class) {
      return random.nextBoolean() ? random.nextInt(8) : random.nextInt();
    } else if (raw == long.class || raw == Long.class) {
      return random.nextBoolean() ? random.nextInt(8) : random.nextLong() >> 11;
    } else if (raw == boolean.class || raw == Boolean.class) {
      return random.nextBoolean();
    } else if (raw == double.class || raw == Double.class) {
      return random.nextGaussian() * 1e6;
    } else if (raw == BigDecimal.class) {
      return BigDecimal.valueOf(random.nextInt(), 2);
    } else if (raw == Instant.class) {
      return Instant.ofEpochSecond(
          random.nextInt(), random.nextBoolean() ? random.nextInt(1_000_000_000) : 0);
    } else if (raw == LocalDate.class) {
      return LocalDate.ofEpochDay(random.nextInt(30_000));
    } else if (raw == Duration.class) {
      // RFC 3339, by which schemas check durations, has no fractions of seconds.
      return Duration.ofSeconds(random.nextInt(1_000_000));
    } else if (raw == Json.class) {
      return Json.of(json(0));
    } else if (raw == Hash.class) {
      return Hash.of(Json.of(random.nextInt()));
    } else if (raw.isEnum()) {
      return one(List.of(raw.getEnumConstants()));
    } else if (raw == Optional.class) {
      return random.nextBoolean() ? Optional.of(value(argument(type, 0))) : Optional.empty();
    } else if (raw == List.class) {
      return list(argument(type, 0));
    } else if (raw == Set.class) {
      return new HashSet<>(list(argument(type, 0)));
    } else if (raw == Map.class) {
      Map<Object, Object> map = new LinkedHashMap<>();
      list(argument(type, 0)).forEach(key -> map.put(key, value(argument(type, 1))));
      return map;
    } else if (raw.isSealed()) {
      return value(one(List.of(raw.getPermittedSubclasses())));
    } else if (raw.isRecord()) {
      return record(raw);
    }
    throw new IllegalArgumentException("Cannot make a random " + raw.getName());
  }

  private Object record(Class<?> type) {
    if (type == Asset.class) {
      return new Asset(
          one(List.of("shop", "mirror")), one(List.of("public.orders", "public.\u00e9")));
    } else if (type == Caller.class) {
      return new Caller("p" + random.nextInt(10), one(List.of(Caller.Kind.values())));
    } else if (type == Counts.class) {
      return Counts.of(random.nextInt(100), random.nextInt(100), random.nextInt(100));
    } else if (type == Screened.Tally.class) {
      return tally(random.nextInt(100), random.nextInt(100), random.nextInt(100));
    } else if (type == Gated.Tally.class) {
      return gated(random.nextInt(100), random.nextInt(100), random.nextInt(100));
    } else if (type == Incident.class) {
      return incident();
    } else if (type == QuietHours.class) {
      return quietHours();
    } else if (type == Relation.class) {
      return relation();
    }
    return made(type);
  }

  /** Its version is the hash of the rest, and its columns differ in id and name. */
  private Relation relation() {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < random.nextInt(4); i++) {
      columns.add(Column.of(String.valueOf(i + 1), "c" + i, dev.weirkeeper.Type.of("int4")));
    }
    return Relation.of(
        (Asset) record(Asset.class),
        String.valueOf(random.nextInt(100_000)),
        new RowIdentity.Whole(),
        columns);
  }

  /** What came is the sum of what became of it. */
  private static Screened.Tally tally(long accepted, long rejected, long duplicates) {
    return new Screened.Tally(accepted + rejected + duplicates, accepted, rejected, duplicates);
  }

  private static Gated.Tally gated(long published, long quarantined, long dropped) {
    return new Gated.Tally(published + quarantined + dropped, published, quarantined, dropped);
  }

  private QuietHours quietHours() {
    return QuietHours.of(
        ZoneId.of(one(List.of("Europe/Berlin", "America/New_York", "Pacific/Apia", "+05:30"))),
        LocalTime.of(random.nextInt(24), random.nextInt(60)),
        LocalTime.of(random.nextInt(24), random.nextInt(60)),
        one(List.of(DayOfWeek.values())));
  }

  /** All findings of an incident are of its asset. */
  private Incident incident() {
    Asset asset = (Asset) record(Asset.class);
    List<Finding> findings = new ArrayList<>();
    while (findings.isEmpty()) {
      for (Object finding : list(Finding.class)) {
        if (((Finding) finding).asset().equals(asset)) {
          findings.add((Finding) finding);
        }
      }
    }
    return new Incident(asset, next(dev.weirkeeper.Position.class), findings);
  }

  /** A constructor may refuse what chance offers. */
  private Object made(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    for (int tries = 0; tries < TRIES; tries++) {
      Object[] values = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        values[i] =
            components[i].getName().equals("name") && types[i] == String.class
                ? one(List.of("table_create", "public.orders", "a"))
                : value(components[i].getGenericType());
      }
      try {
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        if (!(requireNonNull(e.getCause()) instanceof IllegalArgumentException)) {
          throw new IllegalArgumentException("Cannot make a random " + type.getName(), e);
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalArgumentException("Cannot make a random " + type.getName(), e);
      }
    }
    throw new IllegalArgumentException(
        type.getName() + " refuses all that chance offers; make it by hand");
  }

  private List<Object> list(Type element) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(MOST + 1); i > 0; i--) {
      list.add(value(element));
    }
    return list;
  }

  private Object json(int depth) {
    return switch (random.nextInt(depth < 3 ? 6 : 4)) {
      case 0 -> text();
      case 1 -> random.nextInt();
      case 2 -> random.nextBoolean();
      case 3 -> random.nextInt() / 8.0;
      case 4 -> List.of(json(depth + 1), json(depth + 1));
      default -> Map.of("a" + text(), json(depth + 1), "b", json(depth + 1));
    };
  }

  private String text() {
    return random.nextInt(3) == 0
        ? one(List.of(TEXTS))
        : Integer.toString(random.nextInt(Integer.MAX_VALUE), 36);
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }
}
