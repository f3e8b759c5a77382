package io.engram.report.page;

import io.engram.core.run.Manifest;
import io.engram.report.run.RunContents;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run was made from, so that it can be reproduced.
 *
 * @param facts name and value, in the order shown
 * @param yaml its resolved recipe, as in the run folder
 */
public record Origin(String label, Map<String, String> facts, String yaml) {
  /** The origin of one run. */
  public static Origin of(RunContents run) {
    Manifest manifest = run.manifest();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Command", manifest.command());
    facts.put("Run folder", run.folder());
    facts.put("State", manifest.status());
    facts.put("Started", manifest.startedAt());
    String ended = manifest.endedAt();
    facts.put("Ended", ended == null ? "–" : ended);
    facts.put("Engram", manifest.engram());
    facts.put("Seed", run.recipe().get("seed", "–"));
    facts.put("Device", manifest.device() + ", " + manifest.threads() + " threads");
    facts.put("Computed in", manifest.dtype());
    facts.put("Template", manifest.template());
    facts.put("Model", manifest.modelPath());
    facts.put("Model SHA-256", manifest.modelHash());
    facts.put("Recipe SHA-256", manifest.recipeHash());
    manifest.dataHashes().forEach((name, hash) -> facts.put(name + " SHA-256", hash));
    facts.putAll(manifest.versions());
    return new Origin(run.label(), facts, run.recipe().yaml());
  }
}
