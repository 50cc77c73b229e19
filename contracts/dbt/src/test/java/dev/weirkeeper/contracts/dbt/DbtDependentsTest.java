package dev.weirkeeper.contracts.dbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Dependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DbtDependentsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {Recorded.OLDEST, Recorded.OLDER, Recorded.NEWEST})
  void what_a_project_builds_from_what_is_read_from_each_recorded_version(String version)
      throws Exception {
    Recorded.copy(version, "manifest.json", folder);

    List<Dependent> found = DbtDependents.read(folder, "warehouse");

    List<Dependent> ofOrders =
        found.stream()
            .filter(dependent -> dependent.on().name().endsWith(".orders"))
            .filter(dependent -> !dependent.name().startsWith("model.shop.orders"))
            .toList();
    assertThat(ofOrders).extracting(Dependent::name).contains("model.shop.revenue");
    assertThat(found)
        .allSatisfy(
            dependent -> {
              assertThat(dependent.kind()).isEqualTo(Dependent.Kind.DBT_MODEL);
              assertThat(dependent.columns()).as("not known is not none").isEmpty();
              assertThat(dependent.name()).doesNotStartWith("test.");
            });
    Asset revenue =
        ofOrders.stream()
            .filter(dependent -> dependent.name().equals("model.shop.revenue"))
            .findFirst()
            .flatMap(Dependent::itself)
            .orElseThrow();
    assertThat(found)
        .filteredOn(dependent -> dependent.on().equals(revenue))
        .extracting(Dependent::name)
        .contains("model.shop.top_customers");
    assertThat(found).extracting(Dependent::name).contains("exposure.shop.board");
  }

  @Test
  void what_is_no_manifest_is_refused_without_a_quote() throws Exception {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> DbtDependents.read(folder, "warehouse"))
        .withMessageContaining("let dbt run first");
    Files.writeString(folder.resolve("manifest.json"), "{\"secret");

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> DbtDependents.read(folder, "warehouse"))
        .withMessageNotContaining("secret");
  }
}
