/**
 * The ledger of requests to forget: who asked when is the owner's business; which request was
 * carried out by when, with which models before and after, and with which verdict is recorded here,
 * in a chain that can't be changed unseen. Nothing here runs or measures a model. Start with {@link
 * io.engram.core.ledger.Ledger}.
 */
@NullMarked
package io.engram.core.ledger;

import org.jspecify.annotations.NullMarked;
