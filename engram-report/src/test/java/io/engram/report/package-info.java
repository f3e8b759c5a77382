/** Tests of the report against run folders written without a model. */
@NullMarked
package io.engram.report;

import org.jspecify.annotations.NullMarked;
