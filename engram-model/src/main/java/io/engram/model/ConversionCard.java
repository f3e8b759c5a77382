package io.engram.model;

import io.engram.core.Version;

/** The README.md of a converted model's folder. */
final class ConversionCard {
  private ConversionCard() {}

  /** Markdown with the header that the hub reads. */
  static String text(Conversion conversion) {
    StringBuilder text = new StringBuilder();
    text.append("---\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n\n# ");
    text.append(conversion.source()).append("\n\n").append(conversion.did());
    text.append("\n\nConverted by Engram ").append(Version.code()).append(".\n");
    if (!conversion.lost().isEmpty()) {
      text.append("\n## What to know\n\n");
      conversion.lost().forEach(sentence -> text.append("- ").append(sentence).append('\n'));
    }
    return text.toString();
  }
}
