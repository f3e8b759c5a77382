/**
 * The certificate of a run: what was asked, done and found, with the digests of the models, in a
 * form that a stranger can check with common tools. An in-toto Statement ({@link
 * io.engram.core.certificate.Statement}) about the models' files holds the {@link
 * io.engram.core.certificate.Certificate} and travels, signed or not, in a DSSE envelope ({@link
 * io.engram.core.certificate.Dsse}). Nothing here opens a model, and nothing here writes a text of
 * a request to a certificate. Start with {@link io.engram.core.certificate.Certificate}.
 */
@NullMarked
package io.engram.core.certificate;

import org.jspecify.annotations.NullMarked;
