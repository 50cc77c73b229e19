package dev.weirkeeper.drift.kafka;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Files that every registry of Protobuf schemas knows and sends to nobody. */
final class WellKnown {
  private static final Map<String, FileDescriptor> FILES = made();

  private WellKnown() {}

  static Map<String, FileDescriptor> files() {
    return FILES;
  }

  private static Map<String, FileDescriptor> made() {
    Map<String, FileDescriptor> files = new HashMap<>();
    for (FileDescriptor file :
        List.of(
            AnyProto.getDescriptor(),
            DurationProto.getDescriptor(),
            StructProto.getDescriptor(),
            TimestampProto.getDescriptor(),
            WrappersProto.getDescriptor(),
            com.google.protobuf.DescriptorProtos.getDescriptor())) {
      files.put(file.getName(), file);
    }
    FieldDescriptorProto.Type int32 = FieldDescriptorProto.Type.TYPE_INT32;
    add(files, "google/type/date.proto", "google.type", "Date", int32, "year", "month", "day");
    add(
        files,
        "google/type/timeofday.proto",
        "google.type",
        "TimeOfDay",
        int32,
        "hours",
        "minutes",
        "seconds",
        "nanos");
    DescriptorProto.Builder decimal = DescriptorProto.newBuilder().setName("Decimal");
    decimal.addField(field("value", 1, FieldDescriptorProto.Type.TYPE_BYTES));
    decimal.addField(field("precision", 2, FieldDescriptorProto.Type.TYPE_UINT32));
    decimal.addField(field("scale", 3, int32));
    add(files, "confluent/type/decimal.proto", "confluent.type", decimal);
    return Map.copyOf(files);
  }

  private static void add(
      Map<String, FileDescriptor> files,
      String file,
      String in,
      String message,
      FieldDescriptorProto.Type type,
      String... fields) {
    DescriptorProto.Builder made = DescriptorProto.newBuilder().setName(message);
    for (int i = 0; i < fields.length; i++) {
      made.addField(field(fields[i], i + 1, type));
    }
    add(files, file, in, made);
  }

  private static FieldDescriptorProto field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .build();
  }

  private static void add(
      Map<String, FileDescriptor> files, String file, String in, DescriptorProto.Builder message) {
    try {
      files.put(
          file,
          FileDescriptor.buildFrom(
              FileDescriptorProto.newBuilder()
                  .setName(file)
                  .setPackage(in)
                  .setSyntax("proto3")
                  .addMessageType(message)
                  .build(),
              new FileDescriptor[0]));
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("The description of " + file + " is wrong", e);
    }
  }
}
