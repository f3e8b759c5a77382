/**
 * Decides which sample is unlearned next. The order is independent of the method: "+ MRD" in the
 * paper is {@link io.engram.unlearn.order.MrdOrder} with any method. Nothing here depends on a
 * model.
 */
@NullMarked
package io.engram.unlearn.order;

import org.jspecify.annotations.NullMarked;
