/**
 * Whether a model that was made to forget still knows: attacks on it, on the original, and on a
 * model that never saw what it is asked, and a verdict for each request. {@link
 * io.engram.unlearn.audit.Audit} makes the attacks and writes {@code audit/}, {@link
 * io.engram.unlearn.audit.Verdicts} decides; one attack is one file in {@code audit.attack}.
 * Nothing here prints. Start with {@link io.engram.unlearn.audit.Attack}.
 */
@NullMarked
package io.engram.unlearn.audit;

import org.jspecify.annotations.NullMarked;
