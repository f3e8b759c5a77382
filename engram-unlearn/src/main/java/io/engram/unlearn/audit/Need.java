package io.engram.unlearn.audit;

/** What an attack can't do without. */
public enum Need {
  /** Samples that the model was to keep. */
  KEEP("samples to keep: give --keep DATA"),
  /** Samples that the original never saw. */
  CONTROLS("samples like the requests that the model has never seen: give --controls DATA"),
  /** A model that never saw the requests. */
  RETRAINED("a model that never saw the requests: give --retrained MODEL"),
  /** Requests whose answers have a value of a known format. */
  VALUES("requests with a number, date, telephone number or e-mail address in the answer"),
  /** Other questions about the requests. */
  PROBES("other questions about the requests: give --probes FILE"),
  /** The file that is served. */
  DEPLOYED("the GGUF file that is served: give --deployed FILE"),
  /** The owner's own training data. */
  FINETUNE("the samples that you will train the model on: give --finetune DATA"),
  /** A model that is an adapter on the original. */
  ADAPTER("a model that is an adapter; this one is whole, and nothing can be taken off it");

  private final String text;

  Need(String text) {
    this.text = text;
  }

  /** What is missing and how to give it. */
  public String text() {
    return text;
  }

  /** Whether it is there. */
  public boolean isMet(AuditData data) {
    return switch (this) {
      case KEEP -> !data.keep().isEmpty();
      case CONTROLS -> !data.controls().isEmpty();
      case RETRAINED -> data.models().retrained() != null;
      case VALUES -> data.requests().stream().anyMatch(StructuredValue::isIn);
      case PROBES -> data.probes() != null || !OtherQuestions.ofTofu(data.requests()).isEmpty();
      case DEPLOYED -> data.deployed() != null;
      case FINETUNE -> !data.finetune().isEmpty();
      case ADAPTER -> data.adapter();
    };
  }
}
