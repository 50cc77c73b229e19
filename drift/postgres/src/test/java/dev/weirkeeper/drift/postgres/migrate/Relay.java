package dev.weirkeeper.drift.postgres.migrate;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stands between one client and the server, as a pool or a bad network does. */
final class Relay implements AutoCloseable {
  private static final int STARTUP_HEADER = 5;

  private final ServerSocket listening;
  private final Socket server;
  private final boolean pools;
  private final AtomicBoolean cuts = new AtomicBoolean();
  private Socket client = new Socket();

  private Relay(int port, boolean pools) throws IOException {
    this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    this.server = new Socket(InetAddress.getLoopbackAddress(), port);
    this.pools = pools;
    start(this::relay, "relay to the server");
  }

  static Relay to(MigrationScene scene) throws IOException {
    return new Relay(scene.server.port(), false);
  }

  /** Tells its client a process of its own, as PgBouncer does. */
  static Relay pooling(MigrationScene scene) throws IOException {
    return new Relay(scene.server.port(), true);
  }

  /** The one connection. Nothing is prepared on the server, so each statement is in plain sight. */
  Connection connect(MigrationScene scene) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:"
            + listening.getLocalPort()
            + "/"
            + scene.database
            + "?user=postgres&sslmode=disable&gssEncMode=disable&prepareThreshold=0");
  }

  /** Lets the next COMMIT through and hangs up on the client. */
  void cutAtCommit() {
    cuts.set(true);
  }

  private interface Pump {
    void run() throws IOException;
  }

  private static void start(Pump pump, String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                pump.run();
              } catch (IOException hungUp) {
                // One side is gone, and so is the connection.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private void relay() throws IOException {
    client = listening.accept();
    start(this::answer, "relay to the client");
    InputStream in = client.getInputStream();
    OutputStream out = server.getOutputStream();
    byte[] bytes = new byte[1 << 16];
    for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
      out.write(bytes, 0, read);
      if (cuts.get()
          && new String(bytes, 0, read, StandardCharsets.ISO_8859_1).contains("COMMIT")) {
        client.close();
      }
    }
    server.shutdownOutput();
  }

  private void answer() throws IOException {
    DataInputStream in = new DataInputStream(server.getInputStream());
    DataOutputStream out = new DataOutputStream(client.getOutputStream());
    while (true) {
      byte kind = in.readByte();
      int length = in.readInt();
      byte[] body = in.readNBytes(length - STARTUP_HEADER + 1);
      if (kind == 'K' && pools) {
        body[0] ^= 0x55;
      }
      out.writeByte(kind);
      out.writeInt(length);
      out.write(body);
      if (kind == 'Z' || in.available() == 0) {
        out.flush();
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    server.close();
    client.close();
  }
}
