package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of an adapter's configuration over the names of modules. How long it may
 * take is bounded, for it comes from a file.
 *
 * @param where the file and the key, for messages
 */
record ModulePattern(String text, String where) {
  /** Far more characters than any pattern that someone meant looks at in a module's name. */
  private static final int MOST_LOOKS = 200_000;

  static ModulePattern of(String text, String where) {
    return new ModulePattern(text, where);
  }

  /** Whether the pattern matches the name as a whole, as Python's {@code re.fullmatch}. */
  boolean matches(String module) {
    return run(text, module);
  }

  /** Whether it matches the name, or an end of it after a dot: PEFT's rule for rank_pattern. */
  boolean matchesEnd(String module) {
    return run("(.*\\.)?(" + text + ")", module);
  }

  private boolean run(String expression, String module) {
    try {
      return Pattern.compile(expression).matcher(new Watched(module, new int[1])).matches();
    } catch (PatternSyntaxException e) {
      throw EngramException.file(
          where + ": \"" + text + "\" is no regular expression: " + e.getDescription() + ".", e);
    } catch (EndlessMatch | StackOverflowError e) {
      throw EngramException.file(
          where + ": the regular expression \"" + text + "\" takes too long on " + module + ".", e);
    }
  }

  private static final class EndlessMatch extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Counts how often it's looked at: Java's matcher has no limit of its own. */
  private record Watched(CharSequence name, int[] looks) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (++looks[0] > MOST_LOOKS) {
        throw new EndlessMatch();
      }
      return name.charAt(index);
    }

    @Override
    public int length() {
      return name.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Watched(name.subSequence(start, end), looks);
    }

    @Override
    public String toString() {
      return name.toString();
    }
  }
}
