package dev.weirkeeper.examples.cli;

import picocli.CommandLine.Command;

/** Judges files by contracts; needs no server. */
@Command(
    name = "contract",
    description = {
      "Judges Parquet, CSV and JSON files by a contract: a suite of Great Expectations, ODCS, dbt's"
          + " schema.yml, JSON Schema or Weirkeeper's own YAML.",
      "Needs no server and changes no data."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class ContractCommand {}
