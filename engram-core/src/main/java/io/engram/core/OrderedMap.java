package io.engram.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes small maps that iterate in the order written. Use it for whatever reaches a file or the
 * screen: {@link Map#of} iterates in an order that changes from one JVM to the next.
 */
public final class OrderedMap {
  private OrderedMap() {}

  /** Two entries. */
  public static <V> Map<String, V> of(String k1, V v1, String k2, V v2) {
    Map<String, V> map = new LinkedHashMap<>();
    map.put(k1, v1);
    map.put(k2, v2);
    return Collections.unmodifiableMap(map);
  }

  /** Three entries. */
  public static <V> Map<String, V> of(String k1, V v1, String k2, V v2, String k3, V v3) {
    Map<String, V> map = new LinkedHashMap<>(of(k1, v1, k2, v2));
    map.put(k3, v3);
    return Collections.unmodifiableMap(map);
  }

  /** Four entries. */
  public static <V> Map<String, V> of(
      String k1, V v1, String k2, V v2, String k3, V v3, String k4, V v4) {
    Map<String, V> map = new LinkedHashMap<>(of(k1, v1, k2, v2, k3, v3));
    map.put(k4, v4);
    return Collections.unmodifiableMap(map);
  }
}
