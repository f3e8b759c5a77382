package io.engram.unlearn.eval.judge;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import io.engram.core.EngramException;
import io.engram.unlearn.eval.judge.SentenceEncoders.CachingEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * MiniLM, whose 8-bit weights come inside LangChain4j's jar: 384 numbers per text, the mean over
 * its tokens, scaled to length 1.
 *
 * <p>Texts go through it one by one, one thread each: activations are quantised over a whole batch,
 * so that in a batch a text's vector would depend on its neighbours.
 *
 * <p><b>Differs:</b> the paper's evaluator uses paraphrase-MiniLM-L6-v2, which no Java package
 * contains; near ties can fall the other way.
 */
public final class MiniLmEncoder implements SentenceEncoder {
  /** Its name in measurements. */
  public static final String NAME =
      "all-MiniLM-L6-v2, quantised; the paper uses paraphrase-MiniLM-L6-v2";

  private static final String RESOURCE = "/all-minilm-l6-v2-q";
  private static final int MOST_THREADS = 4;

  private static @Nullable SentenceEncoder shared;

  private final ExecutorService threads;
  private final OrtSession session;
  private final MiniLm model;

  /**
   * Loads it.
   *
   * @param threadCount how many texts to encode in parallel
   * @throws EngramException if ONNX Runtime can't be used here
   */
  public MiniLmEncoder(int threadCount) {
    try (InputStream tokenizer = resource("-tokenizer.json");
        InputStream weights = resource(".onnx");
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      session = environment.createSession(weights.readAllBytes(), options);
      threads = Executors.newFixedThreadPool(threadCount, MiniLmEncoder::daemon);
      model =
          new MiniLm(
              new OnnxBertBiEncoder(environment, session, tokenizer, PoolingMode.MEAN), threads);
    } catch (OrtException | IOException | UnsatisfiedLinkError e) {
      throw EngramException.resources(
          "The sentence encoder of the evaluation could not be loaded: " + e.getMessage(), e);
    }
  }

  /** This process's encoder, loaded on first use; it caches vectors and is never closed. */
  public static synchronized SentenceEncoder shared() {
    if (shared == null) {
      int processors = Runtime.getRuntime().availableProcessors();
      shared =
          new CachingEncoder(
              new MiniLmEncoder(Math.min(processors, MOST_THREADS)), SentenceEncoders.REMEMBERED);
    }
    return shared;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<float[]> encode(List<String> texts) {
    if (texts.isEmpty()) {
      return List.of();
    }
    List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
    return model.embedAll(segments).content().stream().map(Embedding::vector).toList();
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InputStream resource(String ending) throws IOException {
    InputStream in = MiniLmEncoder.class.getResourceAsStream(RESOURCE + ending);
    if (in == null) {
      throw new IOException(RESOURCE + ending + " is not on the class path");
    }
    return in;
  }

  /** Never keeps the process alive. */
  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "sentence-encoder");
    thread.setDaemon(true);
    return thread;
  }

  /** LangChain4j only lets its own class choose the session, which takes a thread per core. */
  private static final class MiniLm extends AbstractInProcessEmbeddingModel {
    private final OnnxBertBiEncoder encoder;

    MiniLm(OnnxBertBiEncoder encoder, ExecutorService threads) {
      super(threads);
      this.encoder = encoder;
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return encoder;
    }
  }
}
