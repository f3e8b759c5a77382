package io.engram.spark;

import io.engram.core.run.Hashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A recipe for the tiny model in a folder of its own, and runs of it by {@code engram unlearn}. */
record SmallRecipe(Path folder) {
  /** Executors in processes of their own that find the classes where this process does. */
  static List<Object> cluster(int executors) {
    return List.of(
        "--spark",
        "local-cluster[%d,1,1024]".formatted(executors),
        "--spark-conf",
        "spark.executor.extraClassPath=" + System.getProperty("java.class.path"),
        "--spark-conf",
        "spark.ui.enabled=false");
  }

  /** Writes it; {@code more} are its last lines. */
  static SmallRecipe write(Path folder, String more) throws IOException {
    ClusterTest.makeSparkHome();
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: {path: %s}
        forget: {data: "tofu:forget01"}
        retain: {data: "tofu:retain95"}
        method: {name: npo}
        optimizer: {learning_rate: 0.001}
        %s"""
            .formatted(Command.TINY, more));
    return new SmallRecipe(folder);
  }

  Path run(String name) {
    return folder.resolve(name);
  }

  Command.Ran unlearn(String name, List<?> more, Object... last) {
    return Command.run(
        Stream.of(
                Stream.of("unlearn", folder.resolve("recipe.yaml"), "--out", run(name)),
                more.stream(),
                Stream.of(last))
            .flatMap(all -> all)
            .toArray());
  }

  /** Digests of the weights and measurements of a run, or of all trials, by file. */
  Map<String, String> results(String name) throws IOException {
    Map<String, String> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run(name))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String kind = file.getFileName().toString();
        if (kind.endsWith(".safetensors") || kind.equals("measurements.jsonl")) {
          results.put(run(name).relativize(file).toString(), Hashes.sha256(file));
        }
      }
    }
    return results;
  }

  /** Calls this, in a thread of its own, once a run's journal says something. */
  void once(String name, String says, Runnable then) {
    Path journal = run(name).resolve("journal.jsonl");
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!Files.exists(journal) || !Files.readString(journal).contains(says)) {
                  Thread.sleep(5);
                }
                then.run();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
