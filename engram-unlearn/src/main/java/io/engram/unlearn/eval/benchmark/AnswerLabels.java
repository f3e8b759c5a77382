package io.engram.unlearn.eval.benchmark;

import io.engram.core.sample.Sample;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;

/** Which tokens of question and answer are scored. */
enum AnswerLabels {
  /** All that reach into the answer. */
  WHOLE(BenchmarkSuite.NAME) {
    @Override
    TokenizedSample tokenize(SampleTokenizer tokenizer, Sample sample) {
      return tokenizer.tokenize(sample);
    }
  },

  /**
   * All after as many as the prompt has by itself, as open-unlearning has it: in the plain template
   * the answer's first token isn't scored, for the blank before it is a token of the prompt there.
   *
   * <p><b>Source:</b> open-unlearning d3d7cf9, {@code preprocess_chat_instance}.
   */
  PUBLIC(BenchmarkSuite.NAME + "_public_labels") {
    @Override
    TokenizedSample tokenize(SampleTokenizer tokenizer, Sample sample) {
      return tokenizer.tokenizeByPromptLength(sample);
    }
  };

  private final String suite;

  AnswerLabels(String suite) {
    this.suite = suite;
  }

  /** What the suite is called that reads answers so. */
  String suite() {
    return suite;
  }

  abstract TokenizedSample tokenize(SampleTokenizer tokenizer, Sample sample);
}
