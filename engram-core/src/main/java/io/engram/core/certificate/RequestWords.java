package io.engram.core.certificate;

import io.engram.core.sample.Sample;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of requests: what a certificate must not hold. */
public final class RequestWords {
  /** Words of fewer letters say little by themselves. */
  private static final Pattern WORD = Pattern.compile("\\p{L}{5,}");

  private final Set<String> words;

  private RequestWords(Set<String> words) {
    this.words = words;
  }

  /** The words of five letters and more in the requests' texts, in lower case. */
  public static RequestWords of(List<Sample> requests) {
    Set<String> words = new HashSet<>();
    for (Sample request : requests) {
      if (request.content() instanceof Sample.Asked asked) {
        asked.messages().forEach(message -> words.addAll(in(message.content())));
        words.addAll(in(asked.answer()));
      } else if (request.content() instanceof Sample.PlainText text) {
        words.addAll(in(text.text()));
      }
    }
    return new RequestWords(words);
  }

  /** The words of five letters and more in a text, in lower case. */
  public static Set<String> in(String text) {
    Set<String> words = new HashSet<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group().toLowerCase(Locale.ROOT));
    }
    return words;
  }

  /** Those that occur in a text. */
  public Set<String> sharedWith(String text) {
    Set<String> shared = in(text);
    shared.retainAll(words);
    return shared;
  }
}
