package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.model.text.ProtoReader.DamagedException;
import io.engram.model.text.SentencePieceModel.Algorithm;
import io.engram.model.text.SentencePieceModel.Normalization;
import io.engram.model.text.SentencePieceModel.Piece;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code tokenizer.model}.
 *
 * <p><b>Source:</b> SentencePiece, {@code sentencepiece_model.proto}: field numbers and defaults.
 */
final class SentencePieceFile {
  private static final int BPE = 2;

  private final String origin;
  private final List<Piece> pieces = new ArrayList<>();
  private long algorithm = 1;
  private boolean bytes;
  private int unknownId;
  private int beginId = 1;
  private int endId = 2;
  private byte[] charsMap = {};
  private boolean dummyPrefix = true;
  private boolean removeExtraBlanks = true;
  private boolean escapeBlanks = true;

  private SentencePieceFile(String origin) {
    this.origin = origin;
  }

  /**
   * The model in a file.
   *
   * @throws EngramException if it's damaged or uses a feature that isn't supported
   */
  static SentencePieceModel read(Path file) {
    return read(TextFiles.bytes(file), file.toString());
  }

  static SentencePieceModel read(byte[] content, String origin) {
    SentencePieceFile model = new SentencePieceFile(origin);
    try {
      model.readModel(new ProtoReader(ByteBuffer.wrap(content)));
    } catch (DamagedException e) {
      throw SentencePieceModel.damaged(origin, String.valueOf(e.getMessage()));
    }
    if (model.algorithm != 1 && model.algorithm != BPE) {
      throw EngramException.usage(
          origin
              + ": the SentencePiece model type "
              + model.algorithm
              + " is not supported; unigram (1) and BPE (2) are.");
    }
    return new SentencePieceModel(
        model.algorithm == BPE ? Algorithm.BPE : Algorithm.UNIGRAM,
        model.pieces,
        model.bytes,
        model.unknownId,
        model.beginId,
        model.endId,
        new Normalization(
            model.charsMap, model.dummyPrefix, model.removeExtraBlanks, model.escapeBlanks),
        origin);
  }

  private void readModel(ProtoReader in) throws DamagedException {
    while (in.next()) {
      switch (in.field()) {
        case 1 -> pieces.add(piece(new ProtoReader(in.bytes())));
        case 2 -> readTrainer(new ProtoReader(in.bytes()));
        case 3 -> readNormalizer(new ProtoReader(in.bytes()));
        default -> in.skip();
      }
    }
  }

  private Piece piece(ProtoReader in) throws DamagedException {
    String text = "";
    float score = 0;
    long number = 1;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> text = in.text();
        case 2 -> score = in.real();
        case 3 -> number = in.number();
        default -> in.skip();
      }
    }
    SentencePieceModel.PieceType type = SentencePieceModel.PieceType.of(number);
    if (type == null) {
      throw new DamagedException("piece " + pieces.size() + " has the unknown type " + number);
    }
    return new Piece(text, score, type);
  }

  private void readTrainer(ProtoReader in) throws DamagedException {
    while (in.next()) {
      switch (in.field()) {
        case 3 -> algorithm = in.number();
        case 24 -> {
          if (in.flag()) {
            throw EngramException.usage(origin + ": treat_whitespace_as_suffix is not supported.");
          }
        }
        case 35 -> bytes = in.flag();
        case 40 -> unknownId = (int) in.number();
        case 41 -> beginId = (int) in.number();
        case 42 -> endId = (int) in.number();
        default -> in.skip();
      }
    }
  }

  private void readNormalizer(ProtoReader in) throws DamagedException {
    while (in.next()) {
      switch (in.field()) {
        case 2 -> {
          ByteBuffer map = in.bytes();
          charsMap = new byte[map.remaining()];
          map.get(charsMap);
        }
        case 3 -> dummyPrefix = in.flag();
        case 4 -> removeExtraBlanks = in.flag();
        case 5 -> escapeBlanks = in.flag();
        default -> in.skip();
      }
    }
  }
}
