package io.engram.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults and bounds; what templates render is compared in JinjaGoldenTest. */
class JinjaTemplateTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2025-03-04T12:05:09Z"), ZoneOffset.UTC);

  private static String render(String template) {
    Map<String, Object> variables = Map.of("items", List.of(1, 2, 3), "word", "Äb🙂");
    return JinjaTemplate.parse(template).render(variables, NOON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      value = {
        "{% if true %}x § 1 § a block has no elif or else or endif",
        "{% endif %} § 1 § unexpected 'endif': nothing is open that it ends",
        "{{ 'a § 1 § a string has no closing '",
        "{{ (1 § 1 § a {{ has no end",
        "{{ 1 ] }} § 1 § ']' has no beginning",
        "{# § 1 § a comment {# has no end #}",
        "{% raw %}a § 1 § {% raw %} has no {% endraw %}",
        "{{ 1 + }} § 1 § expected a value, found the end of the expression, }}",
        "{% include 'x' %} § 1 § the block {% include %} is not supported",
        "{% for x in items recursive %}{% endfor %} § 1 § recursive loops are not supported",
        "{% break %} § 1 § {% break %} stands outside a loop",
        "{{ 1 ? 2 }} § 1 § unexpected character '?'",
        "{{ f(*items) }} § 1 § arguments given by * or ** are not supported",
        "{{ nothing.at.all }} § 1 § 'nothing' is undefined",
        "{{ items[7] + 1 }} § 1 § 'list' has no item 7",
        "{{ 'a' + 1 }} § 1 § 'str' + 'int' is not possible",
        "{{ items.append(4) }} § 1 § 'append' would change a value, which a template must not",
        "{{ word | shout }} § 1 § the filter 'shout' is not supported",
        "{{ word is loud }} § 1 § the test 'loud' is not supported",
        "{{ word | trim(1, 2) }} § 1 § trim takes 1 argument(s), not 2",
        "{{ word | tojson(index=2) }} § 1 § tojson has no argument 'index'",
        "{{ 9223372036854775807 + 1 }} § 1 § 9223372036854775807 + 1 is beyond 64 bits",
        "{{ 1 / 0 }} § 1 § division by zero",
        "{% set items.x = 1 %} § 1 § 'items' is not a namespace; attributes can be set on"
            + " namespaces only",
        "{{ raise_exception('Not so!') }} § 1 § Not so!",
        "{{ strftime_now('%Q') }} § 1 § strftime_now: %Q is not supported",
      })
  void faultsAreToldInWords(String template, int line, String message) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOfSatisfying(JinjaException.class, e -> assertThat(e.line()).isEqualTo(line))
        .hasMessage(message);
  }

  @Test
  void theLineIsThatOfTheInnermostStatement() {
    assertThatThrownBy(() -> render("a\n{% for x in items %}\n\n  {{ x.y.z }}\n{% endfor %}"))
        .isInstanceOfSatisfying(JinjaException.class, e -> assertThat(e.line()).isEqualTo(4))
        .hasMessage("'int' has no attribute 'y'");
  }

  /** Each would run for hours, or fill the memory. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% for a in range(10**9) %}{% endfor %}",
        "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}"
            + "{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}"
            + "{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ 'x' * 10**12 }}",
        "{{ 'x' * 9223372036854775807 }}",
        "{{ [1] * 10**10 }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{%"
            + " endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{%"
            + " endfor %}",
        "{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{%"
            + " endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{%"
            + " endfor %}{{ ns.x == ns.x + [] or ns.x | tojson }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor"
            + " %}{{ ns.x | tojson }}",
        "{% set s = 'ab' * 1000000 %}{% for i in range(1000) %}{{ s.replace('a', 'bbbb') | length"
            + " }}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{{ (s + 'b') in s * 2 }}",
        "{% set s = 'a' * 2000000 %}{{ s.split('a' * 999999 + 'b') }}{{ s.count('a' * 999999 + 'b')"
            + " }}",
        "{% set s = 'a ' * 2000000 %}{% for i in range(999) %}{{ s.split() | length }}{% endfor %}",
        "{{ range(2000000) | sort | unique | list }}",
        "{{ '%999999999s' | format('x') }}",
        "{{ 'x' | indent(10**12, true) }}",
        "{{ {'a': 1} | tojson(indent=10**12) }}",
        "{{ 2 ** 99999999999 }}",
        "{% for a in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 50"
            + " }}{% endfor %}",
      })
  @Timeout(20)
  void whatHasNoEndIsStopped(String template) {
    long before = System.nanoTime();
    assertThatThrownBy(() -> render(template)).isInstanceOf(JinjaException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "{1:", "not ", "-", "x[", "f(", "1 if 1 else ", "1 if "})
  @Timeout(20)
  void depthIsBounded(String part) {
    assertThatThrownBy(() -> render("{{ " + part.repeat(100_000) + " }}"))
        .isInstanceOf(JinjaException.class);
    assertThatThrownBy(() -> render("{% if 1 %}".repeat(100_000)))
        .hasMessage("blocks are nested too deeply");
    assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(100_000) + " }}"))
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> render("x".repeat((1 << 20) + 1)))
        .hasMessage("the template has 1048577 characters; 1048576 can be read");
  }

  @Test
  void textsCountCodePoints() {
    assertThat(render("{{ word|length }} {{ word[2] }} {{ word[::-1] }} {{ word.find('🙂') }}"))
        .isEqualTo("3 🙂 🙂bÄ 2");
  }

  @Test
  void datesAreWrittenAsStrftimeDoes() {
    assertThat(render("{{ strftime_now('%d %b %Y|%A, %B %-d|%H:%M:%S|%I%p|%j|%y%m|100%%') }}"))
        .isEqualTo("04 Mar 2025|Tuesday, March 4|12:05:09|12PM|063|2503|100%");
  }
}
