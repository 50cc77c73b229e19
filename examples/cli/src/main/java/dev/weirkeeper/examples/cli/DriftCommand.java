package dev.weirkeeper.examples.cli;

import picocli.CommandLine.Command;

/** Compares schemas, plans migrations and follows drift. */
@Command(
    name = "drift",
    description = {
      "Compares two PostgreSQL schemas, plans the statements that lead from one to the other, and"
          + " shows what a running server saw change.",
      "'diff', 'plan' and 'snapshot' read catalogs and change nothing; 'apply' runs a plan that you"
          + " made and reviewed; 'history' and 'watch' ask the server; 'replay' reads its log book and"
          + " needs no server.",
      "A schema is a file that 'snapshot' wrote, or a database:"
          + " postgresql://USER@HOST:PORT/DATABASE. The password comes from PGPASSWORD."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class DriftCommand {}
