package dev.weirkeeper.contracts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads eight bytes at once. */
public final class Words {
  /** {@code (long) WORD.get(bytes, at)}: the byte at {@code at} is the lowest. */
  public static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Words() {}
}
