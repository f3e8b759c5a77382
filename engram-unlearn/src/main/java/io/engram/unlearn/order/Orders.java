package io.engram.unlearn.order;

import io.engram.core.settings.Choices;
import java.util.List;

/** The orders by their names in a recipe. To add an order, add a line here. */
public final class Orders {
  /** All orders. */
  public static final Choices<SampleOrder> ALL =
      new Choices<>(
          SampleOrder.class,
          "name",
          "Which sample is unlearned next.",
          List.of(UniformOrder.class, MrdOrder.class));

  private Orders() {}
}
