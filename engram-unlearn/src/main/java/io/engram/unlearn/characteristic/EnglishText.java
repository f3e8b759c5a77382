package io.engram.unlearn.characteristic;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import opennlp.tools.postag.POSModel;
import opennlp.tools.postag.POSTaggerME;
import opennlp.tools.sentdetect.SentenceDetectorME;
import opennlp.tools.sentdetect.SentenceModel;
import opennlp.tools.tokenize.TokenizerME;
import opennlp.tools.tokenize.TokenizerModel;

/**
 * Splits an English text in sentences and tokens and tags their parts of speech: Apache OpenNLP's
 * models of the Universal Dependencies treebank EWT. The models are loaded once, when the first
 * object is made (about a second). Not for use by two threads at once; give each its own.
 *
 * <p>The tagger errs now and then, most on names and on rare words.
 */
public final class EnglishText {
  private static final Pattern POSSESSIVE = Pattern.compile("(.+)['’][sS]");

  /** After these an 's is "is", "has" or "us". */
  private static final Set<String> NO_OWNERS =
      Set.of(
          "it", "he", "she", "that", "this", "what", "who", "where", "when", "why", "how", "there",
          "here", "let");

  private final SentenceDetectorME sentences = new SentenceDetectorME(Models.SENTENCES);
  private final TokenizerME tokens = new TokenizerME(Models.TOKENS);
  private final POSTaggerME tagger = new POSTaggerME(Models.TAGS);

  /** Loads the models, if they aren't yet. */
  public EnglishText() {}

  /** The sentences of a text; none of a blank one. */
  List<TaggedSentence> sentences(String text) {
    return Arrays.stream(sentences.sentDetect(text)).map(this::tagged).toList();
  }

  private TaggedSentence tagged(String sentence) {
    String[] words =
        Arrays.stream(tokens.tokenize(sentence))
            .map(EnglishText::withoutPossessive)
            .toArray(String[]::new);
    return new TaggedSentence(
        Arrays.asList(words), new ArrayList<>(Arrays.asList(tagger.tag(words))));
  }

  /** The tokenizer leaves "Yu's" whole, which the tagger then takes for anything. */
  private static String withoutPossessive(String token) {
    var owner = POSSESSIVE.matcher(token);
    return owner.matches() && !NO_OWNERS.contains(owner.group(1).toLowerCase(Locale.ROOT))
        ? owner.group(1)
        : token;
  }

  /** Loaded with the first object that needs them; safe for all threads. */
  private static final class Models {
    static final SentenceModel SENTENCES =
        load("/opennlp-en-ud-ewt-sentence-1.3-2.5.4.bin", SentenceModel::new);
    static final TokenizerModel TOKENS =
        load("/opennlp-en-ud-ewt-tokens-1.3-2.5.4.bin", TokenizerModel::new);
    static final POSModel TAGS = load("/opennlp-en-ud-ewt-pos-1.3-2.5.4.bin", POSModel::new);

    private interface Reader<T> {
      T read(InputStream in) throws IOException;
    }

    private static <T> T load(String resource, Reader<T> reader) {
      try (InputStream in =
          Objects.requireNonNull(EnglishText.class.getResourceAsStream(resource), resource)) {
        return reader.read(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

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
}
