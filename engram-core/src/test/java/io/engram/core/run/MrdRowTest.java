package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MrdRowTest {
  /** Its key is also the one of the number of tokens. */
  @Test
  void aRowOfTheScoreTokensIsReadBack() {
    MrdRow row = new MrdRow("a", "tokens", 12, 0, 1, 12, 0);
    String line = JsonFiles.mapper().writeValueAsString(row);
    assertThat(JsonFiles.mapper().readValue(line, MrdRow.class)).isEqualTo(row);
  }
}
