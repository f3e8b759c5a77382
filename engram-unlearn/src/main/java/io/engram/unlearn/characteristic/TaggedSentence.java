package io.engram.unlearn.characteristic;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A sentence's tokens with their parts of speech.
 *
 * @param tokens as they stand in the text, a possessive 's left out
 * @param tags one a token: Universal Dependencies' tags, joined by + where a token is two words
 *     ("don't" is AUX+PART)
 */
record TaggedSentence(List<String> tokens, List<String> tags) {
  private static final Set<String> CONTENT = Set.of("NOUN", "PROPN", "VERB", "ADJ", "ADV");

  TaggedSentence {
    tokens = List.copyOf(tokens);
    tags = List.copyOf(tags);
  }

  int size() {
    return tokens.size();
  }

  boolean is(int token, String tag) {
    return Arrays.asList(tags.get(token).split("\\+")).contains(tag);
  }

  /** A token with a letter or a digit. */
  boolean isWord(int token) {
    return tokens.get(token).chars().anyMatch(Character::isLetterOrDigit);
  }

  /** A noun, a name, a full verb, an adjective or an adverb. */
  boolean isContentWord(int token) {
    return isWord(token) && CONTENT.stream().anyMatch(tag -> is(token, tag));
  }
}
