package io.engram.model.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
  @TempDir Path root;

  private void file(String name, String text) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private long bytes() {
    return new AvailableMemory(root).bytes().orElse(-1);
  }

  @Test
  void whereTheSystemDoesNotTellNothingIsKnown() {
    assertThat(bytes()).isEqualTo(-1);
  }

  @Test
  void withoutALimitWhatLinuxSaysCounts() throws IOException {
    file("proc/meminfo", "MemTotal:  1000 kB\nMemAvailable:     600 kB\nCached: 3 kB\n");
    file("proc/self/cgroup", "0::/\n");
    file("sys/fs/cgroup/memory.max", "max\n");
    file("sys/fs/cgroup/memory.current", "5\n");
    assertThat(bytes()).isEqualTo(600 << 10);
  }

  @Test
  void theNarrowestGroupAroundTheProcessCountsAndItsFilesAreFree() throws IOException {
    file("proc/meminfo", "MemAvailable: 600 kB\n");
    file("proc/self/cgroup", "0::/pod/box\n");
    file("sys/fs/cgroup/pod/memory.max", "300000\n");
    file("sys/fs/cgroup/pod/memory.current", "250000\n");
    file(
        "sys/fs/cgroup/pod/memory.stat",
        "anon 7\ninactive_file 40000\nactive_file 20000\nfile 1\n");
    file("sys/fs/cgroup/pod/box/memory.max", "max\n");
    file("sys/fs/cgroup/pod/box/memory.current", "100\n");
    assertThat(bytes()).isEqualTo(110_000);
    file("sys/fs/cgroup/pod/box/memory.max", "1100\n");
    assertThat(bytes()).isEqualTo(1000);
    file("sys/fs/cgroup/pod/box/memory.max", "50\n");
    assertThat(bytes()).isZero();
  }

  @Test
  void theFirstVersionOfControlGroupsIsReadToo() throws IOException {
    file("proc/meminfo", "MemAvailable: 600 kB\n");
    file("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/1\n");
    file("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "9000\n");
    file("sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "4000\n");
    assertThat(bytes()).isEqualTo(5000);
    file("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(bytes()).isEqualTo(600 << 10);
  }
}
