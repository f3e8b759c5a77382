package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.ModelSource;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends models from one folder to another, as Spark does between machines. */
final class ShipmentTest {
  @TempDir Path folder;

  private final Set<Path> links = new LinkedHashSet<>();
  private Path arrived;
  private Path model;

  @BeforeEach
  void prepare() throws IOException {
    arrived = Files.createDirectory(folder.resolve("arrived"));
    model = Files.createDirectory(folder.resolve("model"));
    try (Stream<Path> files = Files.list(Command.TINY)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, model.resolve(file.getFileName().toString()));
      }
    }
    Files.writeString(model.resolve("notes.bin"), "not Engram's");
  }

  private Delivery send(Path sent, @Nullable Path base) {
    return Shipment.send(
        new ModelSource(
            sent.toString(),
            base == null ? null : base.toString(),
            Device.CPU,
            Dtype.FLOAT32,
            1,
            512,
            ""),
        (name, link) -> {
          links.add(link);
          try {
            Files.copy(link, arrived.resolve(name));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private Path assemble(Delivery.Way way) {
    return ((Shipment.Sent) way)
        .assemble(folder.resolve("scratch"), name -> arrived.resolve(name).toString(), "node7");
  }

  @Test
  void whatEngramOpensArrivesAndNothingIsLeft() throws IOException {
    Delivery delivery = send(model, null);
    assertThat(links).isNotEmpty().allMatch(link -> Files.notExists(link.getParent()));
    assertThat(links.iterator().next().getFileName().toString())
        .isEqualTo("engram-" + delivery.source().hash().substring(0, 16) + "-0");
    Path there = assemble(delivery.model());
    assertThat(there).isDirectory().startsWith(folder.resolve("scratch"));
    assertThat(there.resolve("notes.bin")).doesNotExist();
    assertThat(there.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));
    assertThat(assemble(delivery.model())).as("a second time").isEqualTo(there);
    try (LanguageModel opened = delivery.source().at(there.toString(), null).open("node7")) {
      assertThat(opened.hash()).isEqualTo(delivery.source().hash());
    }
  }

  /** The same model has the same names, so that Spark sends it once. */
  @Test
  void anotherModelHasOtherNames() throws IOException {
    String first = send(model, null).model().toString();
    arrived = Files.createDirectory(folder.resolve("again"));
    assertThat(send(model, null).model().toString()).isEqualTo(first);
    Files.writeString(model.resolve("config.json"), "\n", java.nio.file.StandardOpenOption.APPEND);
    arrived = Files.createDirectory(folder.resolve("changed"));
    assertThat(send(model, null).model().toString()).isNotEqualTo(first);
  }

  @Test
  void anAdapterAndItsBase() throws IOException {
    Path adapter = Files.createDirectory(folder.resolve("adapter"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{}");
    Files.writeString(adapter.resolve("adapter_model.safetensors"), "weights");
    Delivery delivery = send(adapter, model);
    Path there = assemble(delivery.model());
    Path base = assemble(Objects.requireNonNull(delivery.base()));
    assertThat(there).isDirectoryContaining("glob:**adapter_model.safetensors");
    assertThat(LanguageModel.hash(there.toString(), base.toString()))
        .isEqualTo(delivery.source().hash());
  }

  @Test
  void changedBytesAreRefused() throws IOException {
    Delivery delivery = send(model, null);
    Path there = assemble(delivery.model());
    Files.writeString(
        there.resolve("config.json").toRealPath(), "\n", java.nio.file.StandardOpenOption.APPEND);
    assertThatThrownBy(() -> delivery.source().at(there.toString(), null).open("node7"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("on node7 differs from the one here: SHA-256");
  }

  @Test
  void aFileThatDidNotArriveIsNamed() throws IOException {
    Delivery delivery = send(model, null);
    Files.delete(
        arrived.resolve(((Shipment.Sent) delivery.model()).files().get("model/config.json")));
    assertThatThrownBy(() -> assemble(delivery.model()))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("The model's file model/config.json didn't reach node7");
  }
}
