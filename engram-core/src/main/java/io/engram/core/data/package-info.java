/**
 * Reads rows from columnar and delimited files, and filters them by SQL, through DuckDB. It is the
 * only package that uses SQL.
 */
@NullMarked
package io.engram.core.data;

import org.jspecify.annotations.NullMarked;
