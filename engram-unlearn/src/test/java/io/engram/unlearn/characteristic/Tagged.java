package io.engram.unlearn.characteristic;

import io.engram.unlearn.characteristic.EnglishText.TaggedSentence;
import java.util.Arrays;
import java.util.List;

/** Sentences written as token/TAG token/TAG. */
final class Tagged {
  private Tagged() {}

  static TaggedSentence sentence(String text) {
    List<String> pairs = Arrays.asList(text.split(" "));
    return new TaggedSentence(
        pairs.stream().map(pair -> pair.substring(0, pair.lastIndexOf('/'))).toList(),
        pairs.stream().map(pair -> pair.substring(pair.lastIndexOf('/') + 1)).toList());
  }
}
