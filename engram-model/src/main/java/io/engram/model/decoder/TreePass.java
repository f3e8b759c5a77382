package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Reads a tree of tokens, batch after batch of its rows, each row once. Between batches it keeps
 * the keys and values of one path: of those rows that the next batch's first row continues. Owns
 * native memory; close it.
 *
 * <p>Rows attend to their ancestors. Because the rows are depth first, those that a run of rows
 * attends to outside of itself are the ancestors of its first row, whatever the run.
 */
public final class TreePass implements AutoCloseable {
  private final Decoder decoder;
  private final DecoderConfig config;
  private final TokenTree tree;
  private final int length;
  private int next;
  private Carry carry = new Carry();

  /** Keys and values {@code [P, G, D]} of each layer for the path to the next row; owned. */
  private static final class Carry {
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();

    void add(Tensor k, Tensor v) {
      keys.add(Tensors.keep(k));
      values.add(Tensors.keep(v));
    }

    void release() {
      keys.forEach(Tensors::release);
      values.forEach(Tensors::release);
      keys.clear();
      values.clear();
    }
  }

  /**
   * A pass over this tree.
   *
   * @param length how many tokens the sequences are taken to have where positions turn otherwise in
   *     long ones; all of them must be on the same side of that
   */
  public TreePass(Decoder decoder, TokenTree tree, int length) {
    this.decoder = decoder;
    this.config = decoder.config();
    this.tree = tree;
    this.length = length;
  }

  /** The first row that hasn't been read. */
  public int next() {
    return next;
  }

  /**
   * Reads rows {@link #next()} .. {@code to}. If this fails, or what uses it does, nothing has been
   * read, and it can be called again.
   *
   * @param rows those of them whose hidden states are wanted
   * @param hidden receives these after the last norm, {@code [M, C]}; borrowed
   */
  public void read(int to, int[] rows, Consumer<Tensor> hidden) {
    Carry later = new Carry();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      hidden.accept(read(to, rows, later));
      carry.release();
      carry = later;
      next = to;
    } catch (RuntimeException | OutOfMemoryError e) {
      later.release();
      throw e;
    }
  }

  private Tensor read(int to, int[] rows, Carry later) {
    int from = next;
    int[] positions = Arrays.copyOfRange(tree.depths(), from, to);
    int[] lengths = new int[to - from];
    Arrays.fill(lengths, length);
    Tensor x = decoder.enter(decoder.embed(Arrays.copyOfRange(tree.ids(), from, to)), positions);
    List<Rotary> rotaries =
        Rotary.all(config, positions, lengths, x.scalar_type(), decoder.device());
    List<TreeRun> runs = TreeRun.of(tree, from, to, config, decoder.device());
    int[] kept = to < tree.rows() ? TreeRun.places(tree.pathTo(to), from, tree) : new int[0];
    Tensor keptRows = Tensors.ofInts(kept, decoder.device());
    Tensor wanted =
        Tensors.ofInts(IntStream.of(rows).map(row -> row - from).toArray(), decoder.device());
    for (int i = 0; i < config.layers(); i++) {
      int layer = i;
      Tensor before = x;
      x =
          Tensors.scoped(
              () -> {
                Heads heads = withCarry(layer, heads(layer, before, rotaries));
                if (kept.length > 0) {
                  later.add(
                      heads.k().index_select(0, keptRows), heads.v().index_select(0, keptRows));
                }
                return finish(layer, before, attend(layer, heads, runs), wanted);
              });
    }
    return decoder.lastNorm(x);
  }

  private Heads heads(int layer, Tensor x, List<Rotary> rotaries) {
    int rotary = config.layerKinds().get(layer).rotary();
    return decoder.heads(layer, x, rotary == LayerKind.NO_POSITIONS ? null : rotaries.get(rotary));
  }

  /**
   * The batch's queries, and keys and values of the carried path and the batch, one after other.
   */
  private Heads withCarry(int layer, Heads own) {
    if (carry.keys.isEmpty()) {
      return own;
    }
    return new Heads(
        own.q(),
        torch.cat(new TensorVector(carry.keys.get(layer), own.k()), 0),
        torch.cat(new TensorVector(carry.values.get(layer), own.v()), 0));
  }

  private Tensor attend(int layer, Heads heads, List<TreeRun> runs) {
    LayerKind kind = config.layerKinds().get(layer);
    Tensor[] parts =
        runs.stream().map(run -> run.attend(heads, kind, config)).toArray(Tensor[]::new);
    return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), 0);
  }

  /** After the last attention only the wanted rows are of use. */
  private Tensor finish(int layer, Tensor x, Tensor attended, Tensor wanted) {
    return layer + 1 < config.layers()
        ? decoder.finishLayer(layer, x, attended)
        : decoder.finishLayer(layer, x.index_select(0, wanted), attended.index_select(0, wanted));
  }

  @Override
  public void close() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      carry.release();
    }
  }
}
