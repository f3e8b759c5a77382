package io.engram.model.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How much memory this process can take without pushing others out: Linux's {@code MemAvailable},
 * and what the limits of its control group (versions 1 and 2) leave. The page cache counts as free,
 * since it can be dropped.
 *
 * @param root where the system's files are: {@code /}
 */
public record AvailableMemory(Path root) {
  /** This machine's. */
  public static OptionalLong here() {
    return new AvailableMemory(Path.of("/")).bytes();
  }

  /** The bytes available; empty if the system doesn't say. */
  OptionalLong bytes() {
    long bytes = Long.MAX_VALUE;
    for (String line : text("proc/meminfo").lines().toList()) {
      if (line.startsWith("MemAvailable:")) {
        bytes = Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    for (String line : text("proc/self/cgroup").lines().toList()) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].isEmpty()) {
        bytes =
            Math.min(bytes, groupsLeave("sys/fs/cgroup", parts[2], "memory.max", "memory.current"));
      } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
        bytes =
            Math.min(
                bytes,
                groupsLeave(
                    "sys/fs/cgroup/memory",
                    parts[2],
                    "memory.limit_in_bytes",
                    "memory.usage_in_bytes"));
      }
    }
    return bytes == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(Math.max(0, bytes));
  }

  /** The least that the group, or one around it, leaves. */
  private long groupsLeave(String mount, String group, String limitFile, String usageFile) {
    long least = Long.MAX_VALUE;
    Path at = Path.of("/" + group).normalize();
    while (at != null) {
      String folder = mount + at + "/";
      OptionalLong limit = number(folder + limitFile);
      OptionalLong usage = number(folder + usageFile);
      if (limit.isPresent() && usage.isPresent()) {
        long left = limit.getAsLong() - usage.getAsLong() + fileBytes(folder + "memory.stat");
        least = Math.min(least, left);
      }
      at = at.getParent();
    }
    return least;
  }

  /** The group's page cache. */
  private long fileBytes(String stat) {
    return text(stat)
        .lines()
        .filter(line -> line.matches("(in)?active_file \\d{1,18}"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
        .sum();
  }

  /** A limit or a usage; empty for "max" and other texts. */
  private OptionalLong number(String file) {
    String text = text(file).strip();
    return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }

  private String text(String file) {
    try {
      return Files.readString(root.resolve(file.replaceAll("/+", "/")));
    } catch (IOException e) {
      return "";
    }
  }
}
