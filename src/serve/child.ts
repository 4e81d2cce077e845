import type { ChildMessage } from "./protocol.ts";

/** Tells the starter, when there is one; resolves when the message has left this process, so that an exit right after loses nothing. */
export function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** Runs `end` once, on the first of: SIGTERM, SIGINT, the starter's `drain` message, or the loss of the starter. */
export function onEnd(end: (reason: string) => void): void {
  let ended = false;
  const once = (reason: string) => {
    if (ended) return;
    ended = true;
    end(reason);
  };
  process.on("SIGTERM", () => once("SIGTERM"));
  process.on("SIGINT", () => once("SIGINT"));
  process.on("disconnect", () => once("starter gone"));
  process.on("message", (message: { readonly type?: unknown }) => {
    if (message.type === "drain") once("drain");
  });
  // The starter may have died before this line; then no event will come.
  if (process.send !== undefined && !process.connected) once("starter gone");
}
