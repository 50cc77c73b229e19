package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** Reads what an Avro converter with a schema registry writes. Used by one thread. */
final class AvroDecoder implements Decoder {
  private final SchemaRegistry registry;
  private final Map<Integer, Known> known = new HashMap<>();
  private @Nullable BinaryDecoder binary;

  private record Known(Schema schema, GenericDatumReader<Object> reader, ConnectSchema connect) {}

  AvroDecoder(SchemaRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Decoded decode(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    Known of = known(Wire.schema(buffer));
    try {
      binary =
          DecoderFactory.get().binaryDecoder(bytes, buffer.position(), buffer.remaining(), binary);
      Object value = of.reader.read(null, binary);
      if (!binary.isEnd()) {
        throw new UnreadableException("more follows than its schema says");
      }
      JsonNode tree = AvroValues.tree(of.schema, value);
      return new Decoded(Optional.of(of.connect), tree);
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      // From bytes in memory, so it is what they hold.
      throw new UnreadableException("it is not what its schema says");
    }
  }

  private Known known(int id) throws IOException {
    Known of = known.get(id);
    if (of == null) {
      SchemaRegistry.Registered registered =
          registry.byId(id, SchemaRegistry.Written.AS_REGISTERED);
      Schema schema = parse(registry, registered);
      of =
          new Known(
              schema,
              new GenericDatumReader<>(schema, schema, new GenericData()),
              AvroValues.connect(schema));
      known.put(id, of);
    }
    return of;
  }

  /** Parses a schema after those that it refers to. */
  static Schema parse(SchemaRegistry registry, SchemaRegistry.Registered registered)
      throws IOException {
    if (!registered.kind().equals("AVRO")) {
      throw new UnreadableException("its schema is registered as " + registered.kind());
    }
    try {
      return parse(registry, registered, new Schema.Parser(), new HashSet<>());
    } catch (AvroRuntimeException e) {
      throw new UnreadableException("its schema is registered and is no Avro schema");
    }
  }

  private static Schema parse(
      SchemaRegistry registry,
      SchemaRegistry.Registered registered,
      Schema.Parser parser,
      Set<String> done)
      throws IOException {
    for (SchemaRegistry.Reference reference : registered.references()) {
      if (done.add(reference.subject() + "/" + reference.version())) {
        parse(
            registry,
            registry.version(
                reference.subject(), reference.version(), SchemaRegistry.Written.AS_REGISTERED),
            parser,
            done);
      }
    }
    return parser.parse(registered.text());
  }
}
