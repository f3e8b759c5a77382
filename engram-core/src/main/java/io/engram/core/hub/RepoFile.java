package io.engram.core.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of a repository, as the hub lists it.
 *
 * @param path from the repository's root, with {@code /}; not to be trusted before {@link
 *     Untrusted#path}
 * @param size in bytes
 * @param checksum of its bytes
 */
record RepoFile(String path, long size, Checksum checksum) {
  /** The last part of its path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Whether it lies in the repository's root. */
  boolean isAtRoot() {
    return path.indexOf('/') < 0;
  }

  /**
   * What a hub says a file's bytes hash to, and the name of the file in the cache.
   *
   * @param kind how it's computed
   * @param hex in lower-case hexadecimal
   */
  record Checksum(Kind kind, String hex) {
    /** Large files are kept by LFS under their SHA-256, small ones by git. */
    enum Kind {
      /** SHA-256 of the bytes. */
      SHA256("SHA-256", "[0-9a-f]{64}"),
      /** SHA-1 of the bytes after git's header {@code blob SIZE NUL}. */
      GIT_SHA1("SHA-1", "[0-9a-f]{40}");

      private final String algorithm;
      private final Pattern form;

      Kind(String algorithm, String form) {
        this.algorithm = algorithm;
        this.form = Pattern.compile(form);
      }
    }

    /** From what a hub sent; empty if it isn't a hash of this kind. */
    static Optional<Checksum> parse(Kind kind, @Nullable String text) {
      String hex = text == null ? "" : text.toLowerCase(Locale.ROOT);
      return kind.form.matcher(hex).matches()
          ? Optional.of(new Checksum(kind, hex))
          : Optional.empty();
    }

    /** Ready to take the bytes of a file of this size. */
    MessageDigest start(long size) {
      try {
        MessageDigest digest = MessageDigest.getInstance(kind.algorithm);
        if (kind == Kind.GIT_SHA1) {
          digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        return digest;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-1 and SHA-256", e);
      }
    }

    /** Whether the digest that took all bytes gives this hash. Ends the digest. */
    boolean matches(MessageDigest digest) {
      return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }
  }
}
