/**
 * Which sample is unlearned next. An order is a value of its own beside the method: "+ MRD" in the
 * paper is {@link io.engram.unlearn.order.MrdOrder} with any method. Nothing here knows of a model.
 */
@NullMarked
package io.engram.unlearn.order;

import org.jspecify.annotations.NullMarked;
