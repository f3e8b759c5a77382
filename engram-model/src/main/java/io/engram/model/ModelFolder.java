package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.Trees;
import io.engram.core.hub.HubCache;
import io.engram.core.hub.HubName;
import io.engram.core.run.Hashes;
import io.engram.core.run.RunModel;
import io.engram.model.checkpoint.PeftAdapter;
import io.engram.model.checkpoint.Pickles;
import io.engram.model.checkpoint.SettingsFile;
import io.engram.model.checkpoint.WeightFiles;
import io.engram.model.checkpoint.gguf.GgufFile;
import io.engram.model.checkpoint.gguf.GgufMetadata;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.family.Family;
import io.engram.model.text.ChatTemplate;
import io.engram.model.text.GgufTokenizer;
import io.engram.model.text.SpecialTokens;
import io.engram.model.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model on disk, and the adapter folder on top of it if MODEL names one.
 *
 * @param base folder with config.json and tokenizer.json, or with the GGUF file
 * @param weights the same folder, or the GGUF file in it
 * @param adapter PEFT folder, or null
 * @param config the parsed config.json, or the one that the GGUF file's settings stand for
 * @param decoder what it says
 */
record ModelFolder(
    Path base, Path weights, @Nullable Path adapter, JsonNode config, DecoderConfig decoder) {
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String EOS = "eos_token_id";

  /**
   * Finds what MODEL names: {@code mini} and other built-in models, a folder, a GGUF file, an
   * adapter folder, a run folder, or a hub's model in the cache.
   *
   * @param base the base of an adapter; null: the one its configuration names
   */
  static ModelFolder find(String model, @Nullable String base) {
    Path folder = locate(model);
    if (PeftAdapter.isAdapter(folder) && !Files.isRegularFile(folder.resolve(CONFIG))) {
      String named = base == null ? PeftAdapter.baseModel(folder) : base;
      if (named == null || !exists(named)) {
        throw EngramException.file(
            folder
                + " is an adapter of "
                + named
                + ", which isn't a folder here.\n"
                + "Name its base model's folder or GGUF file with --base (or model.base in a"
                + " recipe)"
                + fetching(named)
                + ".");
      }
      return read(locate(named), folder);
    }
    return read(folder, null);
  }

  private static String fetching(@Nullable String model) {
    return model == null
        ? ""
        : HubName.ofModel(model).map(name -> ", or fetch it: " + name.command()).orElse("");
  }

  private static boolean exists(String model) {
    Optional<HubName> name = HubName.ofModel(model);
    if (HubName.isMarked(model) || name.map(HubCache.here()::knows).orElse(false)) {
      return true;
    }
    Path path;
    try {
      path = Path.of(model);
    } catch (InvalidPathException e) {
      // The name comes from a file and may be anything.
      return false;
    }
    return Files.isDirectory(path)
        || GgufFile.isGguf(path)
        || EngramHome.find("models/" + model).isPresent();
  }

  private static Path locate(String model) {
    if (ModelStore.isUri(model)) {
      throw EngramException.usage(
          "MODEL "
              + model
              + ": models are opened from local files.\n"
              + "With --spark MASTER, score, mrd, generate, eval and audit copy it first. Otherwise"
              + " copy it yourself, such as with hdfs dfs -get, and name the copy.");
    }
    if (HubName.isMarked(model)) {
      return HubCache.here().model(HubName.parse(model));
    }
    Path path = Path.of(model);
    Optional<Path> builtIn = EngramHome.find("models/" + model);
    // A folder that happens to be called mini but holds no model doesn't hide the built-in one.
    if (builtIn.isPresent()
        && !Files.exists(path.resolve(CONFIG))
        && !PeftAdapter.isAdapter(path)
        && !RunModel.isRun(path)) {
      return builtIn.get();
    }
    if (RunModel.isRun(path)) {
      return RunModel.result(path);
    }
    if (Files.isDirectory(path) || GgufFile.isGguf(path)) {
      return path;
    }
    if (Files.isRegularFile(path) && Pickles.isPickle(path)) {
      throw Pickles.refusal(path);
    }
    if (Files.isRegularFile(path)) {
      throw EngramException.usage(
          "MODEL "
              + model
              + " is a file; a Hugging Face model folder, an adapter folder or a .gguf file is"
              + " needed.");
    }
    Optional<HubName> name = HubName.ofModel(model);
    if (name.isPresent() && HubCache.here().knows(name.get())) {
      return HubCache.here().model(name.get());
    }
    throw EngramException.file(
        "MODEL "
            + model
            + ": no such folder, and no built-in model of this name.\n"
            + "Built in: mini, mini-retain90. Otherwise name a Hugging Face model folder, a .gguf"
            + " file or a run folder."
            + ofRun(path)
            + name.map(hub -> "\nOr fetch it from the hub: " + hub.command()).orElse(""));
  }

  /** Advice for a model that a run has yet to create, such as those of recipes/whp. */
  private static String ofRun(Path model) {
    Path run = model.getParent();
    return run == null || !model.endsWith("model")
        ? ""
        : "\nIt would be the model of the run " + run + ", which has to be made first.";
  }

  private static ModelFolder read(Path named, @Nullable Path adapter) {
    boolean isFile = GgufFile.isGguf(named);
    Path folder = isFile ? Objects.requireNonNull(named.toAbsolutePath().getParent()) : named;
    Path weights = isFile ? named : WeightFiles.locate(folder);
    Path file = folder.resolve(CONFIG);
    if (GgufFile.isGguf(weights)) {
      JsonNode config = ggufConfig(weights, file);
      DecoderConfig decoder = Family.readAny(config, weights.toString());
      return new ModelFolder(folder, weights, adapter, config, decoder);
    }
    if (!Files.isRegularFile(file)) {
      RunModel.requireSingle(folder);
      throw EngramException.file(
          folder + " has no config.json; a Hugging Face model folder has one.");
    }
    JsonNode config = SettingsFile.read(file);
    DecoderConfig decoder = Family.readAny(config, file.toString());
    return new ModelFolder(folder, weights, adapter, config, decoder);
  }

  private static JsonNode ggufConfig(Path weights, Path beside) {
    try (GgufFile gguf = new GgufFile(weights)) {
      if (!Files.isRegularFile(beside)) {
        return gguf.config();
      }
      if (SettingsFile.read(beside) instanceof ObjectNode read) {
        return gguf.config(read, beside.toString());
      }
      throw EngramException.file(beside + " isn't a JSON object; a config.json is one.");
    }
  }

  /**
   * SHA-256 over the files of the folder, or over a GGUF file and what is read beside it, and over
   * the adapter's files if there is one.
   */
  String hash() {
    String own = weights.equals(base) ? Hashes.sha256(base) : ggufHash();
    return adapter == null ? own : Hashes.sha256(own + Hashes.sha256(adapter));
  }

  /**
   * The files behind {@link #hash}, by their paths in the folder; with an adapter, under {@code
   * base/} and {@code adapter/}. Hidden files are left out.
   */
  SortedMap<String, Path> files() {
    SortedMap<String, Path> own = new TreeMap<>();
    if (weights.equals(base)) {
      own.putAll(Trees.files(base));
    } else {
      own.put(Objects.requireNonNull(weights.getFileName()).toString(), weights);
      for (String name : List.of(CONFIG, TOKENIZER)) {
        if (Files.isRegularFile(base.resolve(name))) {
          own.put(name, base.resolve(name));
        }
      }
    }
    if (adapter == null) {
      return own;
    }
    SortedMap<String, Path> both = new TreeMap<>();
    own.forEach((name, file) -> both.put("base/" + name, file));
    Trees.files(adapter).forEach((name, file) -> both.put("adapter/" + name, file));
    return both;
  }

  private String ggufHash() {
    StringBuilder hashes = new StringBuilder(Hashes.sha256(weights));
    for (String name : List.of(CONFIG, TOKENIZER)) {
      if (Files.isRegularFile(base.resolve(name))) {
        hashes.append(Hashes.sha256(base.resolve(name)));
      }
    }
    return Hashes.sha256(hashes.toString());
  }

  /**
   * Opens the tokenizer; the caller closes it.
   *
   * @throws EngramException if there is none
   */
  Tokenizer tokenizer() {
    GgufTokenizer own = ownTokenizer();
    if (own != null) {
      return own.open(eosId());
    }
    if (isAlone()) {
      throw EngramException.file(
          weights
              + " has no tokenizer in it and no tokenizer.json beside it; token ids work without"
              + " one, text doesn't.\n"
              + "Put the tokenizer.json of the model that it was made from beside it.");
    }
    return Tokenizer.open(base, eosId());
  }

  private boolean isAlone() {
    return GgufFile.isGguf(weights) && !Files.isRegularFile(base.resolve(TOKENIZER));
  }

  /** A GGUF file's own tokenizer, if there is no tokenizer.json beside it; null: none. */
  @Nullable GgufTokenizer ownTokenizer() {
    return isAlone() ? GgufTokenizer.find(GgufMetadata.read(weights), weights.toString()) : null;
  }

  /**
   * The chat template: from a file beside the weights, else from the GGUF file.
   *
   * @throws EngramException if there is none, or it can't be parsed
   */
  ChatTemplate chatTemplate() {
    ChatTemplate found = ChatTemplate.ChatTemplateFiles.find(base);
    GgufTokenizer own = found == null ? ggufTokenizer() : null;
    if (own != null) {
      return own.chatTemplate();
    }
    return found == null ? ChatTemplate.ChatTemplateFiles.open(base) : found;
  }

  /** The same; null if there is none. */
  @Nullable ChatTemplate findChatTemplate() {
    ChatTemplate found = ChatTemplate.ChatTemplateFiles.find(base);
    GgufTokenizer own = found == null ? ggufTokenizer() : null;
    return own == null || own.chatTemplateText() == null ? found : own.chatTemplate();
  }

  private @Nullable GgufTokenizer ggufTokenizer() {
    return GgufFile.isGguf(weights)
        ? GgufTokenizer.find(GgufMetadata.read(weights), weights.toString())
        : null;
  }

  /**
   * The end token: config.json's, else generation_config.json's.
   *
   * @throws EngramException if none is named or it's outside the vocabulary
   */
  int eosId() {
    int first = stopIds().stream().findFirst().orElse(-1);
    if (first < 0 || first >= decoder.vocabularySize()) {
      throw EngramException.file(
          (GgufFile.isGguf(weights) ? weights : base.resolve(CONFIG))
              + ": eos_token_id "
              + (first == -1 ? "is missing" : first + " isn't a token of the vocabulary")
              + "; the id of the end token, 0 to "
              + (decoder.vocabularySize() - 1)
              + ", is needed.");
    }
    return first;
  }

  /** The tokenizer's begin token, else the end token. */
  int prefixId(Tokenizer tokenizer) {
    GgufTokenizer own = ownTokenizer();
    String begin =
        (own == null ? SpecialTokens.of(base) : own.specialTokens()).getOrDefault("bos_token", "");
    int[] ids = begin.isEmpty() ? new int[0] : tokenizer.encodeWithEnds(begin, false).ids();
    return ids.length == 1 ? ids[0] : eosId();
  }

  /** Tokens at which generation stops: config.json's and generation_config.json's. */
  Set<Integer> stopIds() {
    Set<Integer> ids = new LinkedHashSet<>();
    addIds(config.path(EOS), ids);
    Path file = base.resolve("generation_config.json");
    if (Files.isRegularFile(file)) {
      addIds(SettingsFile.read(file).path(EOS), ids);
    }
    return ids;
  }

  private static void addIds(JsonNode node, Set<Integer> ids) {
    if (node.isArray()) {
      node.forEach(each -> addIds(each, ids));
    } else if (node.isInt()) {
      ids.add(node.intValue());
    }
  }
}
