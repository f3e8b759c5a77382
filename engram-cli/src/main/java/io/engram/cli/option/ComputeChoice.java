package io.engram.cli.option;

import io.engram.model.tensor.Compute;
import io.engram.model.tensor.Device;
import picocli.CommandLine.Option;

/** {@code --compute}, for commands that only read a model. */
public final class ComputeChoice {
  @Option(
      names = "--compute",
      paramLabel = "HOW",
      description =
          "How matrix products of float32 weights are computed: float32, or bf16, which rounds "
              + "their factors to bfloat16 and is faster on processors with AMX or AVX512-BF16 "
              + "(default: float32)")
  private Compute compute = Compute.FLOAT32;

  /**
   * From now on, and until the result is closed, products are computed as asked.
   *
   * @param elsewhere whether other processes compute
   * @throws io.engram.core.EngramException if the processor has no instructions for it
   */
  public Compute.Use use(CommonOptions common, boolean elsewhere) {
    if (compute == Compute.BF16) {
      if (elsewhere) {
        throw common.mistake("--compute bf16 has no effect on Spark's executors; leave it out");
      }
      Compute.requireBfloat16("--compute bf16");
      if (!Device.parse(common.device()).isCpu()) {
        throw common.mistake("--compute bf16: is for the CPU; on a GPU use --dtype bfloat16");
      }
      common
          .console()
          .message(
              "Products are computed in bfloat16; docs/models.md says by how much numbers differ from float32's.");
    }
    return compute.use();
  }
}
