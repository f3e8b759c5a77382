/**
 * Rows out of columnar and delimited files and SQL filters, through DuckDB. The only package that
 * knows of SQL.
 */
@NullMarked
package io.engram.core.data;

import org.jspecify.annotations.NullMarked;
