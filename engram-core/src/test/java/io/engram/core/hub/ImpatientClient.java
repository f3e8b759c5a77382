package io.engram.core.hub;

import io.engram.core.ProgressListener;
import io.engram.testkit.hub.FakeHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The client of a fake hub, with shorter waits than a user's. */
final class ImpatientClient {
  private static final Pace PACE =
      new Pace(
          4,
          Duration.ofMillis(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofMillis(600),
          Duration.ofSeconds(5));

  private ImpatientClient() {}

  static Hub of(FakeHub hub) {
    return new Hub(settings(hub), PACE);
  }

  static HubSettings settings(FakeHub hub) {
    return HubSettings.of(hub.environment, Path.of("/nowhere"));
  }

  /** Fetches the repository that the hub has. */
  static Path fetch(FakeHub hub) {
    return fetch(hub, hub.name());
  }

  static Path fetch(FakeHub hub, String name) {
    Hub client = of(hub);
    Hub.Plan plan = client.plan(HubName.parse(name), List.of(), null);
    return client.fetch(plan, ProgressListener.NONE, message -> {});
  }
}
