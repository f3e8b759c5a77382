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
 * @param path from the repository's root, with {@code /}; untrusted until {@link Untrusted#path}
 *     has checked it
 * @param size in bytes
 * @param checksum of its bytes
 */
record RepoFile(String path, long size, Checksum checksum) {
  /** The last part of its path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Whether it is in the repository's root. */
  boolean isAtRoot() {
    return path.indexOf('/') < 0;
  }

  /**
   * The hash of a file's bytes according to the hub, and the file's name in the cache.
   *
   * @param kind how it's computed
   * @param hex in lower-case hexadecimal
   */
  record Checksum(Kind kind, String hex) {
    /** LFS keeps large files under their SHA-256, git keeps small ones. */
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

    /** Parses what a hub sent; empty if it isn't a hash of this kind. */
    static Optional<Checksum> parse(Kind kind, @Nullable String text) {
      String hex = text == null ? "" : text.toLowerCase(Locale.ROOT);
      return kind.form.matcher(hex).matches()
          ? Optional.of(new Checksum(kind, hex))
          : Optional.empty();
    }

    /** A digest for the bytes of a file of this size. */
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

    /** Whether a digest of all bytes equals this hash. Completes the digest. */
    boolean matches(MessageDigest digest) {
      return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }
  }
}
