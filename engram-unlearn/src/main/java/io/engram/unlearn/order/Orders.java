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
          "Which sample is unlearned next, and how much it counts.",
          List.of(
              UniformOrder.class,
              MrdOrder.class,
              DeficitOrder.class,
              HingeOrder.class,
              DroOrder.class,
              SaturationOrder.class));

  private Orders() {}
}
