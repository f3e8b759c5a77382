package io.engram.unlearn.audit;

import io.engram.core.run.AuditSummary;

/** What an attacked model is to the request. */
public enum Role {
  /** The model that was made to forget, on the requests. */
  AFTER(AuditSummary.AFTER, "the model after"),
  /** The original model, on the requests. */
  BEFORE(AuditSummary.BEFORE, "the model before"),
  /**
   * A model that never saw the samples that it is asked about: the retrained model on the requests,
   * or the original on controls.
   */
  CONTROL(AuditSummary.CONTROL, "samples never seen");

  private final String key;
  private final String text;

  Role(String key, String text) {
    this.key = key;
    this.text = text;
  }

  /** The word in files. */
  public String key() {
    return key;
  }

  /** In a few words. */
  public String text() {
    return text;
  }
}
