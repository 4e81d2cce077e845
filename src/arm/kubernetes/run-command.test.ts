import { expect, test } from "vitest";
import type { ArmClient } from "../client.ts";
import { ArmError } from "../error.ts";
import { runCommand } from "./run-command.ts";

const cluster = { id: "/clusters/aks", name: "aks", way: "run-command" } as const;

/** Azure as it answers a command. */
function azure(code: string): ArmClient {
  return {
    connection: { credential: { getToken: async () => null } },
    post: () => Promise.reject(new ArmError(200, code, "container command-1 did not start within 30s")),
  } as unknown as ArmClient;
}

test.each(["KubernetesPerformanceError", "KubernetesOperationError"])("%s is a command that has not started", async (code) => {
  await expect(runCommand(azure(code), cluster, { command: "kubectl get nodes", files: {} })).rejects.toMatchObject({
    kind: "notStarted",
    message: "the command in aks did not start: container command-1 did not start within 30s",
    hint: expect.stringContaining("systemNodeTaints") as string,
  });
});

test("another answer of Azure is its own", async () => {
  const command = { command: "kubectl get nodes", files: {} };

  await expect(runCommand(azure("AuthorizationFailed"), cluster, command)).rejects.toBeInstanceOf(ArmError);
});
