/**
 * Several processes that make one update together, by libtorch's c10d over Gloo. Start at {@link
 * io.engram.model.group.WorkerGroup}. Who starts the processes, and what they compute, is not
 * decided here.
 */
@NullMarked
package io.engram.model.group;

import org.jspecify.annotations.NullMarked;
