package dev.weirkeeper.drift.kafka;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what a Protobuf converter with a schema registry writes. The registry is asked for
 * descriptors ({@code format=serialized}), so that no text of a schema is parsed here. Used by one
 * thread.
 */
final class ProtobufDecoder implements Decoder {
  private static final int DEEPEST = 16;
  private static final int MOST_INDEXES = 32;

  private final SchemaRegistry registry;
  private final Map<Integer, FileDescriptor> files = new HashMap<>();
  private final Map<Descriptor, ConnectSchema> schemas = new HashMap<>();

  ProtobufDecoder(SchemaRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Decoded decode(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int id = Wire.schema(buffer);
    FileDescriptor file = files.get(id);
    if (file == null) {
      file = file(registry.byId(id, SchemaRegistry.Written.SERIALIZED), 0);
      files.put(id, file);
    }
    Descriptor descriptor = message(file, indexes(buffer));
    try {
      DynamicMessage message =
          DynamicMessage.parseFrom(descriptor, com.google.protobuf.ByteString.copyFrom(buffer));
      ConnectSchema schema = schemas.computeIfAbsent(descriptor, ProtobufValues::connect);
      return new Decoded(Optional.of(schema), ProtobufValues.tree(message));
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableException("it is not what its schema says");
    }
  }

  /** The path to the message within its file: a zero byte for the first one. */
  private static List<Integer> indexes(ByteBuffer buffer) {
    int count = zigZag(buffer);
    if (count == 0) {
      return List.of(0);
    } else if (count < 0 || count > MOST_INDEXES) {
      throw new UnreadableException("it does not say which message of its schema it is");
    }
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indexes.add(zigZag(buffer));
    }
    return indexes;
  }

  private static int zigZag(ByteBuffer buffer) {
    int value = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      if (!buffer.hasRemaining()) {
        break;
      }
      byte next = buffer.get();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new UnreadableException("it does not say which message of its schema it is");
  }

  private static Descriptor message(FileDescriptor file, List<Integer> indexes) {
    List<Descriptor> level = file.getMessageTypes();
    Descriptor found = null;
    for (int index : indexes) {
      if (index < 0 || index >= level.size()) {
        throw new UnreadableException("its schema does not have the message that it names");
      }
      found = level.get(index);
      level = found.getNestedTypes();
    }
    if (found == null) {
      throw new UnreadableException("it does not say which message of its schema it is");
    }
    return found;
  }

  private FileDescriptor file(SchemaRegistry.Registered registered, int depth) throws IOException {
    if (!registered.kind().equals("PROTOBUF")) {
      throw new UnreadableException("its schema is registered as " + registered.kind());
    } else if (depth > DEEPEST) {
      throw new UnreadableException("its schemas refer to each other without end");
    }
    Map<String, FileDescriptor> imported = new HashMap<>(WellKnown.files());
    for (SchemaRegistry.Reference reference : registered.references()) {
      imported.put(
          reference.name(),
          file(
              registry.version(
                  reference.subject(), reference.version(), SchemaRegistry.Written.SERIALIZED),
              depth + 1));
    }
    try {
      FileDescriptorProto proto =
          FileDescriptorProto.parseFrom(Base64.getDecoder().decode(registered.text()));
      List<FileDescriptor> dependencies = new ArrayList<>();
      for (String name : proto.getDependencyList()) {
        FileDescriptor dependency = imported.get(name);
        if (dependency != null) {
          dependencies.add(dependency);
        }
      }
      // Options that nobody here reads may come from files that nobody sent.
      return FileDescriptor.buildFrom(proto, dependencies.toArray(FileDescriptor[]::new), true);
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      throw new UnreadableException(
          "the registry does not give its schema as a descriptor (format=serialized)");
    } catch (DescriptorValidationException e) {
      throw new UnreadableException("its schema is registered and is no Protobuf schema");
    }
  }
}
