/**
 * The Jinja language as chat templates use it: values, operators, filters and white space as Jinja2
 * has them with {@code trim_blocks} and {@code lstrip_blocks}, sandboxed, in bounded time and
 * memory. Nothing here knows about Engram, conversations or tokens: the module needs nothing but
 * Java and has its own exception, {@link io.engram.jinja.JinjaException}.
 *
 * <p>Start with {@link io.engram.jinja.JinjaTemplate}. A template passes through {@code Lexer},
 * {@code StatementParser} and {@code ExpressionParser} and becomes a {@code Program}; a {@code Run}
 * says how much one rendering may use. What a value is stands in {@code Values}; what can be done
 * with it in {@code Operators}, {@code Members}, {@code Filters} and {@code Tests}.
 *
 * <p><b>Why this isn't jinjava.</b> We ran the 538 golden renderings (14 templates, 19
 * conversations, compared byte for byte with Jinja2 as transformers sets it up) through
 * com.hubspot.jinjava:jinjava:2.8.4, with trimBlocks, lstripBlocks, parseWhitespaceControlStrictly,
 * usePyishObjectMapper, natural operator precedence, trimmed notes and expressions, and limits on
 * output, depth, lists, maps, strings and ranges. With filters, tags and functions of our own for
 * {@code tojson}, {@code trim}, {@code filter}, {@code generation}, {@code raise_exception} and
 * {@code strftime_now}, 377 of the 538 pass. These 161 don't, and no filter, tag or function can
 * mend them, because the causes lie in jinjava's parser and operators:
 *
 * <ul>
 *   <li>{@code qwen3}, all 42: {@code namespace(n=messages|length - 1)} is a syntax error, as are
 *       {@code messages[::-1]}, {@code x.startswith(…)} and {@code x.rstrip('\n')}.
 *   <li>{@code llama31}, all 39: {@code not date_string is defined} negates the value before it
 *       tests it, so the date given is overwritten.
 *   <li>{@code language}, all 38: {@code 3 not in [1, 2]}, {@code 'x' * 3} and {@code '\u00e9'} are
 *       errors; {@code for … if …} ignores its condition; a {@code set} within a loop changes the
 *       variable outside.
 *   <li>{@code whitespace}, all 38: blanks before a block that must stay are cut.
 *   <li>{@code llama2}, 4: {@code '' != false} is false, and {@code strip()} keeps no-break spaces.
 * </ul>
 *
 * <p>Nor is its time bounded: three of the 23 endless templates of {@code JinjaTemplateTest} ran
 * past 30 seconds (nested loops, a macro that calls itself twice), since no limit counts steps; so
 * did an expression of 100,000 open parentheses. {@code '%999999999s' | format('x')} fills a heap
 * of 1 GB, and other deep nesting ends in a StackOverflowError. It would add 28 jars and 9.9 MB,
 * Guava, javassist and a second Jackson among them; the goldens take it 1.5 s of processor time
 * after 0.4 s to start, and this engine 0.2 s.
 */
@NullMarked
package io.engram.jinja;

import org.jspecify.annotations.NullMarked;
