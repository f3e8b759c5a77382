package io.engram.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LedgerRunTest {
  /** However a folder is spelled; a name that is no folder's is compared as it is. */
  @Test
  void theFirstModelMayBeSpelledOtherwise() {
    String whole = Path.of("models/a").toAbsolutePath().toString();
    assertThat(LedgerRun.isSame(whole, "models/a")).isTrue();
    assertThat(LedgerRun.isSame("models/../models/a", "models/a")).isTrue();
    assertThat(LedgerRun.isSame("models/a", whole)).isTrue();
    assertThat(LedgerRun.isSame("mini", "mini")).isTrue();
    assertThat(LedgerRun.isSame("models/b", "models/a")).isFalse();
  }
}
