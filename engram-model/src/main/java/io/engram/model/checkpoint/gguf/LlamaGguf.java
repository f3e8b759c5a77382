package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Change;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Weight;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Llama and the architectures that differ from it by little: {@link Qwen2}, {@link Qwen3}, {@link
 * Olmo2} and {@link SmolLm3}.
 *
 * <p>Mistral and others are saved as Llama: in GGUF files they are one architecture. Mistral's
 * sliding window isn't stored; a config.json beside the file can name it.
 */
final class LlamaGguf implements GgufArchitecture {
  private static final Map<String, Weight> WEIGHTS = LayerWeights.interleaved();

  @Override
  public String name() {
    return "llama";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("llama", "mistral");
  }

  @Override
  public Map<String, Weight> layerWeights() {
    return WEIGHTS;
  }

  @Override
  public Set<String> settings() {
    return Set.of(Llama3Rotary.TENSOR);
  }

  @Override
  public void configure(ConfigDraft draft) {
    draft.model("llama", "LlamaForCausalLM");
    draft.sizes();
    draft.rotary();
    Llama3Rotary.configure(draft);
    draft.config().put("hidden_act", "silu");
    draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
    draft.config().put("mlp_bias", draft.hasTensor("blk.0.ffn_up.bias"));
  }

  /** Names of a layer's weights that several architectures share. */
  static final class LayerWeights {
    private LayerWeights() {}

    /** Attention and a gated MLP, each with a norm before it. */
    static Map<String, Weight> normsBefore() {
      Map<String, Weight> names = projections();
      names.put("attn_norm", Weight.of("input_layernorm"));
      names.put("ffn_norm", Weight.of("post_attention_layernorm"));
      return names;
    }

    /** The same with the halves of q's and k's heads interleaved, as Meta's own files have them. */
    static Map<String, Weight> interleaved() {
      Map<String, Weight> names = normsBefore();
      names.put("attn_q", new Weight("self_attn.q_proj", Change.QUERY_HEADS_INTERLEAVED));
      names.put("attn_k", new Weight("self_attn.k_proj", Change.KEY_HEADS_INTERLEAVED));
      return names;
    }

    /** The seven linear layers. */
    static Map<String, Weight> projections() {
      Map<String, Weight> names = new LinkedHashMap<>();
      names.put("attn_q", Weight.of("self_attn.q_proj"));
      names.put("attn_k", Weight.of("self_attn.k_proj"));
      names.put("attn_v", Weight.of("self_attn.v_proj"));
      names.put("attn_output", Weight.of("self_attn.o_proj"));
      names.put("ffn_gate", Weight.of("mlp.gate_proj"));
      names.put("ffn_up", Weight.of("mlp.up_proj"));
      names.put("ffn_down", Weight.of("mlp.down_proj"));
      return names;
    }

    /** With norms of queries and keys. */
    static Map<String, Weight> withQueryKeyNorms(Map<String, Weight> names, Change change) {
      names.put("attn_q_norm", new Weight("self_attn.q_norm", change));
      names.put("attn_k_norm", new Weight("self_attn.k_norm", change));
      return names;
    }
  }

  /**
   * Llama 3's scaled rotary positions. A config.json gives them as four numbers, a GGUF file as a
   * divisor for each frequency: {@code F} for wavelengths above {@code L / low}, 1 for those below
   * {@code L / high}, and between them {@code 1 / ((1 − s) / F + s)} with {@code s = (L /
   * wavelength − low) / (high − low)}.
   *
   * <p>F is the largest divisor; of the others the converter writes Llama 3's own, {@code low = 1},
   * {@code high = 4}, {@code L = 8192}. Other divisors are refused.
   */
  static final class Llama3Rotary {
    /** The tensor with a divisor for each frequency. */
    static final String TENSOR = "rope_freqs.weight";

    private static final double LOW = 1;
    private static final double HIGH = 4;
    private static final int LENGTH = 8192;

    /** For float32 numbers computed in float32. */
    private static final double ROUNDING = 1e-4;

    private Llama3Rotary() {}

    /** Writes {@code rope_scaling} where the file has the tensor. */
    static void configure(ConfigDraft draft) {
      if (!draft.hasTensor(TENSOR)) {
        return;
      }
      float[] divisors = draft.numbers(TENSOR);
      double factor = 1;
      for (float divisor : divisors) {
        factor = Math.max(factor, divisor);
      }
      double theta = draft.config().path("rope_theta").doubleValue();
      for (int i = 0; i < divisors.length; i++) {
        double frequency = Math.pow(theta, -(double) i / divisors.length);
        double expected = divisor(2 * Math.PI / frequency, factor);
        if (!(Math.abs(divisors[i] - expected) <= ROUNDING * expected)) {
          throw EngramException.usage(
              String.format(
                  "%s: tensor %s divides rotary frequency %d by %s, where Llama 3's scaling by %s"
                      + " divides by %s; only that one is supported.",
                  draft.path(), TENSOR, i, divisors[i], factor, expected));
        }
      }
      if (factor > 1) {
        ObjectNode scaling = draft.config().putObject("rope_scaling");
        scaling.put("rope_type", "llama3");
        scaling.put("factor", factor);
        scaling.put("low_freq_factor", LOW);
        scaling.put("high_freq_factor", HIGH);
        scaling.put("original_max_position_embeddings", LENGTH);
      }
    }

    private static double divisor(double wavelength, double factor) {
      if (wavelength < LENGTH / HIGH) {
        return 1;
      }
      if (wavelength > LENGTH / LOW) {
        return factor;
      }
      double smooth = (LENGTH / wavelength - LOW) / (HIGH - LOW);
      return 1 / ((1 - smooth) / factor + smooth);
    }
  }

  /** Qwen2 and 2.5: Llama with biases on q, k and v, whose heads aren't interleaved. */
  static final class Qwen2 implements GgufArchitecture {
    private static final Map<String, Weight> WEIGHTS = LlamaGguf.LayerWeights.normsBefore();

    @Override
    public String name() {
      return "qwen2";
    }

    @Override
    public Set<String> modelTypes() {
      return Set.of("qwen2");
    }

    @Override
    public Map<String, Weight> layerWeights() {
      return WEIGHTS;
    }

    @Override
    public void configure(ConfigDraft draft) {
      draft.model("qwen2", "Qwen2ForCausalLM");
      draft.sizes();
      draft.rotary();
      draft.config().put("hidden_act", "silu");
      draft.config().put("use_sliding_window", false);
    }
  }

  /** Qwen3: as Qwen2 with norms of each head's queries and keys instead of biases. */
  static final class Qwen3 implements GgufArchitecture {
    private static final Map<String, Weight> WEIGHTS =
        LlamaGguf.LayerWeights.withQueryKeyNorms(LlamaGguf.LayerWeights.normsBefore(), Change.NONE);

    @Override
    public String name() {
      return "qwen3";
    }

    @Override
    public Set<String> modelTypes() {
      return Set.of("qwen3");
    }

    @Override
    public Map<String, Weight> layerWeights() {
      return WEIGHTS;
    }

    @Override
    public void configure(ConfigDraft draft) {
      draft.model("qwen3", "Qwen3ForCausalLM");
      draft.sizes();
      draft.rotary();
      draft.config().put("hidden_act", "silu");
      draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
      draft.config().put("use_sliding_window", false);
    }
  }

  /**
   * OLMo 2: norms after attention and MLP, and of all queries and keys together. OLMo 3 has the
   * same name and a sliding window, which is refused.
   */
  static final class Olmo2 implements GgufArchitecture {
    private static final Map<String, Weight> WEIGHTS = weights();

    private static Map<String, Weight> weights() {
      Map<String, Weight> names =
          LlamaGguf.LayerWeights.withQueryKeyNorms(
              LlamaGguf.LayerWeights.projections(), Change.NONE);
      names.put("post_attention_norm", Weight.of("post_attention_layernorm"));
      names.put("post_ffw_norm", Weight.of("post_feedforward_layernorm"));
      return names;
    }

    @Override
    public String name() {
      return "olmo2";
    }

    @Override
    public Set<String> modelTypes() {
      return Set.of("olmo2");
    }

    @Override
    public Map<String, Weight> layerWeights() {
      return WEIGHTS;
    }

    @Override
    public void configure(ConfigDraft draft) {
      draft.model("olmo2", "Olmo2ForCausalLM");
      draft.sizes();
      draft.rotary();
      draft.config().put("hidden_act", "silu");
      draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
    }
  }

  /**
   * SmolLM3: Llama with every fourth layer's positions left out, which the files don't say;
   * llama.cpp has the four built in.
   */
  static final class SmolLm3 implements GgufArchitecture {
    private static final int NO_POSITIONS_EVERY = 4;
    private static final Map<String, Weight> WEIGHTS = LlamaGguf.LayerWeights.interleaved();

    @Override
    public String name() {
      return "smollm3";
    }

    @Override
    public Set<String> modelTypes() {
      return Set.of("smollm3");
    }

    @Override
    public Map<String, Weight> layerWeights() {
      return WEIGHTS;
    }

    @Override
    public void configure(ConfigDraft draft) {
      draft.model("smollm3", "SmolLM3ForCausalLM");
      draft.sizes();
      draft.rotary();
      draft.config().put("hidden_act", "silu");
      draft.config().put("attention_bias", draft.hasTensor("blk.0.attn_q.bias"));
      draft.config().put("mlp_bias", draft.hasTensor("blk.0.ffn_up.bias"));
      draft.config().put("no_rope_layer_interval", NO_POSITIONS_EVERY);
      draft.config().put("use_sliding_window", false);
    }
  }
}
