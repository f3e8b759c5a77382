package io.engram.model.decoder;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of a tree that share one attention: they attend to the ancestors of the first
 * and, as far as these are their ancestors, to each other.
 *
 * @param from the first row, in the batch
 * @param count how many rows
 * @param keys places of the ancestors and of the rows themselves among the keys, int64 {@code [K]};
 *     null: they are the first K
 * @param keyCount K
 * @param masks by window, true where a row attends: {@code [count, K]}; null: a plain causal mask
 */
record TreeRun(
    int from, int count, @Nullable Tensor keys, int keyCount, Map<Integer, Tensor> masks) {
  /** More rows share the work of a call; fewer compute less that is masked. */
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
   * Where rows lie among the keys of a batch: its first row's ancestors, then its own rows.
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
  Tensor attend(Heads heads, LayerKind kind, DecoderConfig config) {
    Heads own = new Heads(heads.q().narrow(0, from, count), chosen(heads.k()), chosen(heads.v()));
    return Attention.masked(own, Objects.requireNonNull(masks.get(kind.window())), config);
  }

  private Tensor chosen(Tensor all) {
    return keys == null ? all.narrow(0, 0, keyCount) : all.index_select(0, keys);
  }
}
