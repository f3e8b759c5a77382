/**
 * Several processes that make one update together, by libtorch's c10d over Gloo. Start at {@link
 * io.engram.model.group.WorkerGroup}; workers on several machines find each other by a {@link
 * io.engram.model.group.Meeting}. Who starts the processes, and what they compute, is not decided
 * here.
 */
@NullMarked
package io.engram.model.group;

import org.jspecify.annotations.NullMarked;
