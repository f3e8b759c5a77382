/**
 * Computes a model's batches on Apache Spark: few partitions, balanced by tokens, the heaviest
 * first; each executor opens the model once. Batches arrive as they were cut for one machine, so
 * every result has the same bits as there, whoever computes it and however often. Scheduling, lost
 * executors and slow ones are Spark's business; nothing here retries. Only tokens and results
 * travel. What a batch is and how it is computed is engram-model's. Start with {@link
 * io.engram.spark.SparkRunner}.
 *
 * <p>Trials of recipes are tasks, too, each a whole run of engram-unlearn in a shared folder: see
 * {@link io.engram.spark.SparkTrials}. The workers of one run are the tasks of a barrier stage: see
 * {@link io.engram.spark.SparkWorkers}.
 */
@NullMarked
package io.engram.spark;

import org.jspecify.annotations.NullMarked;
