package io.engram.unlearn.order;

import io.engram.core.settings.Choices;
import java.util.List;

/** The orders by their names in a recipe; a new one is a line here. */
public final class Orders {
  /** All orders. */
  public static final Choices<SampleOrder> ALL =
      new Choices<>(
          SampleOrder.class,
          "name",
          "Which sample comes next.",
          List.of(UniformOrder.class, MrdOrder.class));

  private Orders() {}
}
