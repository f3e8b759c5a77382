package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tree of tokens, batch after batch of its rows, each row once. Between batches it keeps
 * the keys and values of one path: the rows that the next batch's first row continues. Owns native
 * memory; close it.
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
   * @param length the length of the sequences, as far as it decides the rotary frequencies; all
   *     must be on the same side of that limit
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
   * Reads rows {@link #next()} .. {@code to}. If this, or whatever uses its result, fails, nothing
   * has been read, and it can be called again.
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
                AttentionHeads heads = withCarry(layer, heads(layer, before, rotaries));
                if (kept.length > 0) {
                  later.add(
                      heads.k().index_select(0, keptRows), heads.v().index_select(0, keptRows));
                }
                return finish(layer, before, attend(layer, heads, runs), wanted);
              });
    }
    return decoder.lastNorm(x);
  }

  private AttentionHeads heads(int layer, Tensor x, List<Rotary> rotaries) {
    int rotary = config.layerKinds().get(layer).rotary();
    return decoder.heads(layer, x, rotary == LayerKind.NO_POSITIONS ? null : rotaries.get(rotary));
  }

  /** The batch's queries, and the keys and values of the carried path followed by the batch's. */
  private AttentionHeads withCarry(int layer, AttentionHeads own) {
    if (carry.keys.isEmpty()) {
      return own;
    }
    return new AttentionHeads(
        own.q(),
        torch.cat(new TensorVector(carry.keys.get(layer), own.k()), 0),
        torch.cat(new TensorVector(carry.values.get(layer), own.v()), 0));
  }

  private Tensor attend(int layer, AttentionHeads heads, List<TreeRun> runs) {
    LayerKind kind = config.layerKinds().get(layer);
    Tensor[] parts =
        runs.stream().map(run -> run.attend(heads, kind, config)).toArray(Tensor[]::new);
    return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), 0);
  }

  /** After the last attention only the wanted rows are needed. */
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

  /**
   * Consecutive rows of a tree that share one attention: they attend to the ancestors of the first
   * and, as far as these are their ancestors, to each other.
   *
   * @param from the first row, in the batch
   * @param count how many rows
   * @param keys places of the ancestors and of the rows themselves among the keys, int64 {@code
   *     [K]}; null: they are the first K
   * @param keyCount K
   * @param masks by window, true where a row attends: {@code [count, K]}; null: a plain causal mask
   */
  record TreeRun(
      int from, int count, @Nullable Tensor keys, int keyCount, Map<Integer, Tensor> masks) {
    /** More rows share the overhead of a call; fewer compute less that is masked. */
    private static final int ROWS = 128;

    /** The runs of the rows {@code from .. to}; they belong to the running scope. */
    static List<TreeRun> of(TokenTree tree, int from, int to, DecoderConfig config, Device device) {
      List<TreeRun> runs = new ArrayList<>();
      for (int first = from; first < to; first += ROWS) {
        runs.add(run(tree, from, first, Math.min(ROWS, to - first), config, device));
      }
      return runs;
    }

    /**
     * The places of rows among a batch's keys: first its first row's ancestors, then its own rows.
     *
     * @param rows in the tree
     * @param from the batch's first row
     */
    static int[] places(int[] rows, int from, TokenTree tree) {
      int carried = tree.depths()[from];
      return IntStream.of(rows)
          .map(row -> row < from ? tree.depths()[row] : carried + row - from)
          .toArray();
    }

    private static TreeRun run(
        TokenTree tree, int batch, int first, int count, DecoderConfig config, Device device) {
      int[] path = tree.pathTo(first);
      int[] rows =
          IntStream.concat(IntStream.of(path), IntStream.range(first, first + count)).toArray();
      int[] places = places(rows, batch, tree);
      boolean leading = IntStream.range(0, places.length).allMatch(i -> places[i] == i);
      Map<Integer, Tensor> masks = new HashMap<>();
      for (LayerKind kind : config.layerKinds()) {
        masks.computeIfAbsent(
            kind.window(), window -> mask(tree, rows, first, count, window, device));
      }
      return new TreeRun(
          first - batch,
          count,
          leading ? null : Tensors.ofInts(places, device),
          places.length,
          masks);
    }

    private static Tensor mask(
        TokenTree tree, int[] rows, int first, int count, int window, Device device) {
      byte[] attends = new byte[count * rows.length];
      for (int i = 0; i < count; i++) {
        int row = first + i;
        int oldest = window == 0 ? 0 : tree.depths()[row] - window + 1;
        for (int k = 0; k < rows.length; k++) {
          int key = rows[k];
          boolean attended = key <= row && row < tree.ends()[key] && tree.depths()[key] >= oldest;
          attends[i * rows.length + k] = (byte) (attended ? 1 : 0);
        }
      }
      Tensor mask =
          torch.empty(new long[] {count, rows.length}, Tensors.options(ScalarType.Bool), null);
      new BytePointer(mask.data_ptr()).capacity(attends.length).put(attends);
      return Tensors.to(mask, device);
    }

    /** Attention of this run's rows, {@code [count, H·D]}. */
    Tensor attend(AttentionHeads heads, LayerKind kind, DecoderConfig config) {
      AttentionHeads own =
          new AttentionHeads(
              heads.q().narrow(0, from, count), chosen(heads.k()), chosen(heads.v()));
      return Attention.masked(own, Objects.requireNonNull(masks.get(kind.window())), config);
    }

    private Tensor chosen(Tensor all) {
      return keys == null ? all.narrow(0, 0, keyCount) : all.index_select(0, keys);
    }
  }
}
