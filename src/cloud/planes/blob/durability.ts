/** Azurite keeps its indexes in memory; here they are on disk before a write is acknowledged, so kill -9 loses none. */
import { open, rename } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { AzuriteParts } from "./azurite.ts";

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

export interface Saver {
  /** Resolves when everything done before the call is on disk. Calls that arrive while a save runs share the next one. */
  save(): Promise<void>;
}

export function createSaver(parts: Pick<AzuriteParts, "snapshot">): Saver {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = async () => {
    for (const { file, text } of parts.snapshot()) await replaceFile(file, text);
  };
  const start = () => {
    running = write().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    save() {
      if (running === undefined) return start();
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined;
          return start();
        });
      return next;
    },
  };
}

async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** Holds the answer to a write back until it is on disk; a write that cannot be kept is answered with 500. */
export function acknowledgeWhenSaved(method: string, response: ServerResponse, saver: Saver): void {
  if (READS.has(method)) return;
  const end = response.end.bind(response) as (chunk: Buffer) => ServerResponse;
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown, encoding: unknown) => {
    if (typeof chunk === "string")
      chunks.push(Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8"));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const callback = (parameters: unknown[]) =>
    parameters.findLast((parameter) => typeof parameter === "function") as (() => void) | undefined;
  response.write = ((...parameters: unknown[]) => {
    keep(parameters[0], parameters[1]);
    callback(parameters)?.();
    return true;
  }) as typeof response.write;
  response.end = ((...parameters: unknown[]) => {
    keep(parameters[0], parameters[1]);
    saver
      .save()
      .catch(() => {
        chunks.length = 0;
        response.statusCode = 500;
        response.setHeader("x-ms-error-code", "InternalError");
        response.removeHeader("content-length");
      })
      .then(() => {
        end(Buffer.concat(chunks));
        callback(parameters)?.();
      })
      .catch(() => response.destroy());
    return response;
  }) as typeof response.end;
}
