import { open } from "node:fs/promises";

const FIRST_MS = 300;
const SLOWEST_MS = 5000;
const CHUNK_BYTES = 1024 * 1024;

export interface LogTail {
  /** Sends what is left; resolves when all has been sent. */
  finish(): Promise<void>;
}

/** Sends a growing file on in pieces, slower the longer it takes: an append blob has a limited number of blocks. */
export function tailLog(file: string, send: (bytes: Buffer) => Promise<void>): LogTail {
  let at = 0;
  let done = false;
  let wake = () => {};
  const drain = async () => {
    const handle = await open(file, "r");
    try {
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
        if (bytesRead === 0) return;
        await send(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  };
  const loop = async () => {
    const start = performance.now();
    while (!done) {
      await drain();
      const wait = Math.min(SLOWEST_MS, FIRST_MS + (performance.now() - start) / 100);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (done) wake();
      });
    }
    await drain();
  };
  const running = loop();
  // `finish` reports it; until then it must not count as unhandled.
  running.catch(() => {});
  return {
    finish() {
      done = true;
      wake();
      return running;
    },
  };
}
