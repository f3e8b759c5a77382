/**
 * What a study found, as data: {@link io.engram.core.study.Study} is {@code study.json}. A study
 * writes it; the report shows it. Nothing here computes. A fault in one of the records is an {@link
 * java.lang.IllegalArgumentException} that names the part and what would be right.
 */
@NullMarked
package io.engram.core.study;

import org.jspecify.annotations.NullMarked;
