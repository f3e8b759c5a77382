package io.engram.core.certificate;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * An Ed25519 key to sign certificates with. The private key's file is PKCS#8 in PEM, readable by
 * its owner alone; the public key's is X.509 (SubjectPublicKeyInfo) in PEM. {@code openssl pkey}
 * reads both.
 */
public final class SigningKey {
  private static final String ALGORITHM = "Ed25519";
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final String MAKE_ONE =
      "\nMake one with engram key new, or openssl genpkey -algorithm ed25519.";

  private final PrivateKey secret;
  private final PublicKey open;

  private SigningKey(PrivateKey secret, PublicKey open) {
    this.secret = secret;
    this.open = open;
  }

  /**
   * Makes a key and writes it: the private half to a file, the public half to {@code FILE.pub}.
   *
   * @return the file of the public half
   * @throws EngramException if one of the files exists, which is never overwritten
   */
  public static Path create(Path file) {
    Path publicFile = file.resolveSibling(file.getFileName() + ".pub");
    for (Path each : new Path[] {file, publicFile}) {
      if (Files.exists(each)) {
        throw EngramException.usage(
            each + " exists; a key is never overwritten. Choose another --out.");
      }
    }
    KeyPair pair = generated(new SecureRandom());
    Path secret = file.resolveSibling(file.getFileName() + ".part");
    Path open = file.resolveSibling(publicFile.getFileName() + ".part");
    try {
      Files.deleteIfExists(secret); // Of a command that was killed between the two.
      OwnerOnly.writeNew(secret, pem(PRIVATE, pair.getPrivate().getEncoded()));
      JsonFiles.writeText(open, pem(PUBLIC, pair.getPublic().getEncoded()));
      Files.move(open, publicFile);
      moveOrTakeBack(secret, file, publicFile);
      return publicFile;
    } catch (IOException e) {
      throw EngramException.file(file + " can't be written: " + e.getMessage(), e);
    } finally {
      delete(secret);
    }
  }

  private static void delete(Path unfinished) {
    try {
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      // The reason why it is unfinished is what the user has to hear.
    }
  }

  private static void moveOrTakeBack(Path secret, Path file, Path publicFile) throws IOException {
    try {
      Files.move(secret, file);
    } catch (IOException e) {
      Files.delete(publicFile); // Without the private half it is of no use.
      throw e;
    }
  }

  /**
   * Reads a private key.
   *
   * @throws EngramException if it isn't an Ed25519 key in PEM without a passphrase
   */
  public static SigningKey read(Path file) {
    Pem pem = Pem.read(file);
    switch (pem.label()) {
      case PRIVATE -> {}
      case PUBLIC ->
          throw EngramException.usage(
              file + " is a public key; signing needs the private one, which it was made with.");
      case "ENCRYPTED PRIVATE KEY" ->
          throw EngramException.usage(
              file
                  + " is encrypted; Engram can't ask for its passphrase.\n"
                  + "Decrypt a copy: openssl pkey -in "
                  + file
                  + " -out COPY");
      default -> throw notAKey(file, "a " + pem.label().toLowerCase(Locale.ROOT), "private");
    }
    try {
      PrivateKey secret =
          KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(pem.der()));
      return new SigningKey(secret, publicHalf(secret));
    } catch (GeneralSecurityException e) {
      throw notAKey(file, "a key of another kind, or damaged", "private");
    }
  }

  /**
   * Reads a public key.
   *
   * @throws EngramException if it isn't an Ed25519 key in PEM
   */
  public static PublicKey readPublic(Path file) {
    Pem pem = Pem.read(file);
    if (pem.label().contains(PRIVATE)) {
      throw EngramException.usage(
          file + " is a private key; --public-key takes the public one, " + file + ".pub.");
    }
    if (!pem.label().equals(PUBLIC)) {
      throw notAKey(file, "a " + pem.label().toLowerCase(Locale.ROOT), "public");
    }
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(pem.der()));
    } catch (GeneralSecurityException e) {
      throw notAKey(file, "a key of another kind, or damaged", "public");
    }
  }

  private static EngramException notAKey(Path file, String what, String half) {
    return EngramException.usage(
        "%s is not an Ed25519 %s key in PEM, but %s.%s".formatted(file, half, what, MAKE_ONE));
  }

  /** The public half. */
  public PublicKey publicKey() {
    return open;
  }

  /** The id of the key. */
  public String id() {
    return id(open);
  }

  /** The SHA-256 of a public key's DER bytes, as {@code openssl pkey -outform DER | sha256sum}. */
  public static String id(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(secret);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java from 15 has Ed25519", e);
    }
  }

  static boolean verifies(PublicKey key, byte[] message, byte[] bytes) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(bytes);
    } catch (GeneralSecurityException e) {
      return false; // Bytes of another length are no signature of this key.
    }
  }

  private static KeyPair generated(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java from 15 has Ed25519", e);
    }
  }

  /**
   * The public half of a private key. The JDK computes it only when it generates a pair, from 32
   * random bytes that become the private key; here these bytes are the key's own.
   */
  private static PublicKey publicHalf(PrivateKey secret) throws GeneralSecurityException {
    byte[] seed =
        ((EdECPrivateKey) secret)
            .getBytes()
            .orElseThrow(() -> new GeneralSecurityException("no bytes"));
    KeyPair pair =
        generated(
            new SecureRandom() {
              private static final long serialVersionUID = 1L;

              @Override
              public void nextBytes(byte[] bytes) {
                System.arraycopy(seed, 0, bytes, 0, bytes.length);
              }
            });
    if (!pair.getPrivate().equals(secret)) {
      throw new GeneralSecurityException("another key");
    }
    return pair.getPublic();
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  /** A PEM file with one object. */
  private record Pem(String label, byte[] der) {
    private static final int MOST_BYTES = 1 << 16;

    static Pem read(Path file) {
      try {
        if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
          throw notPem(file);
        }
      } catch (IOException e) {
        throw EngramException.file(file + " can't be read: " + e.getMessage(), e);
      }
      String text = JsonFiles.readText(file).strip();
      String begin = "-----BEGIN ";
      int labelEnd = text.indexOf("-----", begin.length());
      if (!text.startsWith(begin) || labelEnd < 0) {
        throw notPem(file);
      }
      String label = text.substring(begin.length(), labelEnd);
      String end = "-----END " + label + "-----";
      if (!text.endsWith(end)) {
        throw notPem(file);
      }
      try {
        String body = text.substring(labelEnd + 5, text.length() - end.length());
        return new Pem(label, Base64.getMimeDecoder().decode(body));
      } catch (IllegalArgumentException e) {
        throw notPem(file);
      }
    }

    private static EngramException notPem(Path file) {
      return EngramException.usage(
          file + " is not a key: a key's file begins with -----BEGIN … KEY-----." + MAKE_ONE);
    }
  }
}
