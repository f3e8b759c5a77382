package io.engram.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngramExceptionTest {
  @Test
  void whatAFileCallsThingsCannotSteerTheTerminal() {
    assertThat(EngramException.file("tensor a\u001b[2J\0b\r\n\tis é\nhere\r.\u007f\u009b"))
        .hasMessage("tensor a␛[2J␀b\r\n\tis é\nhere␍.␡\ufffd");
  }

  @Test
  void messagesOfAMillionCharactersAreCutInTheirMiddle() {
    String message = "begin " + "x".repeat(1_000_000) + " end";
    assertThat(EngramException.file(message).getMessage())
        .startsWith("begin xxx")
        .contains("xxx … (992010 characters more) … xxx")
        .endsWith("xxx end")
        .hasSizeLessThan(8100);
  }
}
