package io.engram.unlearn.run;

import io.engram.core.hub.HubName;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.sample.Tofu;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.ScopeSection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The README.md of a run's model or adapter, for someone who finds that folder without its run:
 * what was done to which model, never what was forgotten. {@code engram forget} adds how well it
 * worked ({@code CardResults}).
 *
 * @param updates number of updates made
 */
record ModelCard(Recipe recipe, Manifest manifest, LanguageModel model, RunData data, int updates) {
  private static final long SMALL = 1_000_000_000;

  /** The card of a whole model, written in this number format. */
  String ofModel(Dtype written) {
    return text("transformers", null, written);
  }

  /** The card of a PEFT adapter. */
  String ofAdapter() {
    return text("peft", "A LoRA adapter for the base model below.", null);
  }

  private String text(String library, @Nullable String what, @Nullable Dtype written) {
    StringBuilder text = new StringBuilder();
    text.append("---\nbase_model: ").append(JsonFiles.line(baseModel()));
    text.append("\nbase_model_relation: ").append(library.equals("peft") ? "adapter" : "finetune");
    text.append("\nlibrary_name: ").append(library);
    text.append("\npipeline_tag: text-generation\ntags:\n- ");
    text.append(trains() ? "engram" : "machine-unlearning\n- engram");
    text.append("\n---\n\n# ").append(name(manifest.modelPath()));
    text.append(trains() ? ", fine-tuned\n\n" : ", unlearned\n\n");
    if (what != null) {
      text.append(what).append("\n\n");
    }
    text.append("| | |\n|---|---|\n");
    facts(written).forEach((k, v) -> text.append("| %s | %s |\n".formatted(k, v)));
    text.append("\n## What to know\n\n");
    notes(written).forEach(note -> text.append("- ").append(note).append('\n'));
    return text.toString();
  }

  private boolean trains() {
    return !recipe.method().forgets();
  }

  private Map<String, String> facts(@Nullable Dtype written) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Base model", code(name(manifest.modelPath())) + ", " + model.describe());
    facts.put("Base model, SHA-256", code(manifest.modelHash()));
    facts.put("Method", code(Choices.nameOf(recipe.method())));
    if (trains()) {
      facts.put("Trained on", set(recipe.train(), data.forget().size()));
    } else {
      facts.put("Sample order", code(Choices.nameOf(recipe.order())));
      facts.put("Forget set", forgotten());
    }
    if (!data.retainTokens().isEmpty()) {
      facts.put("Retain set", set(recipe.retain(), data.retainTokens().size()));
    }
    facts.put("Weights changed", scope());
    facts.put("Updates", Integer.toString(updates));
    if (written != null) {
      facts.put("Number format", written.configName());
    }
    facts.put("Recipe, SHA-256", code(manifest.recipeHash()));
    facts.put("Made with", "Engram " + manifest.engram());
    return facts;
  }

  /** The name under which a hub has the base model, or that of its folder. */
  private String baseModel() {
    String path = manifest.modelPath();
    return HubName.isMarked(path) ? HubName.parse(path).id() : name(path);
  }

  /** A published set by its name; what a user wants forgotten only by its size. */
  private String forgotten() {
    boolean published = recipe.forget().data().stream().allMatch(d -> d.startsWith(Tofu.PREFIX));
    return published && recipe.forget().where() == null
        ? set(recipe.forget(), data.forget().size())
        : "not published, n = " + data.forget().size();
  }

  private String set(DataSection section, int samples) {
    List<String> sets = new ArrayList<>();
    for (String each : section.data()) {
      String hash = manifest.dataHashes().getOrDefault(each, "");
      sets.add(code(name(each)) + (hash.isEmpty() ? "" : " (SHA-256 " + code(hash) + ")"));
    }
    return String.join(", ", sets) + section.changes() + ", n = " + samples;
  }

  private String scope() {
    ScopeSection scope = recipe.scope();
    String layers = scope.layers().isEmpty() ? "" : " of layers " + scope.layers();
    return scope instanceof ScopeSection.Lora lora
        ? String.format(
            Locale.ROOT,
            "LoRA of rank %d, alpha %s, on %s%s",
            lora.rank(),
            lora.alpha(),
            String.join(", ", lora.targets()),
            layers)
        : "all" + layers;
  }

  private List<String> notes(@Nullable Dtype written) {
    List<String> notes = new ArrayList<>();
    notes.add(
        trains()
            ? "This card says what was done, not how well it worked."
            : "This card says what was done; what was measured afterwards, if anything was, is under"
                + " Results. Measure yourself whether the forget set can still be extracted from the"
                + " model, and what else the model lost.");
    if (model.decoder().parameters().count() < SMALL) {
      notes.add(
          "The base model is small; results on it may not carry over to models used in practice.");
    }
    if (model.weights().toString().endsWith(".gguf")) {
      notes.add(
          "The base model's weights came from a GGUF file, "
              + code(name(model.weights().toString()))
              + "; if that file was quantised, they differ from the weights the model was "
              + "trained to.");
    }
    if (written != null && written.sizeBytes() < model.dtype().sizeBytes()) {
      notes.add(
          "It was computed in %s and rounded to %s when saved."
              .formatted(model.dtype().configName(), written.configName()));
    }
    return notes;
  }

  /** The last part of a path; a TOFU split's name unchanged. */
  private static String name(String path) {
    Path last = Path.of(path).toAbsolutePath().normalize().getFileName();
    return path.startsWith(Tofu.PREFIX) || last == null ? path : last.toString();
  }

  private static String code(String text) {
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`";
  }
}
