import { ModelFault } from "../../fault.ts";

/** One end of an IPC channel. */
export interface Channel {
  send(message: CallMessage): void;
  onMessage(listener: (message: CallMessage) => void): void;
}

export type CallMessage =
  | { readonly type: "call"; readonly id: number; readonly name: string; readonly given: readonly unknown[] }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "fault"; readonly id: number; readonly fault: Fault };

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly isModelFault: boolean;
}

type Api<T> = { readonly [Name in keyof T]: (...given: never) => unknown };
type Given<F> = F extends (...given: infer G) => unknown ? G : never;
type Result<F> = F extends (...given: never) => infer R ? Awaited<R> : never;

export interface Calls<Remote> {
  /** Asks the other end; rejects with what it threw, or when it has ended. */
  call<Name extends keyof Remote & string>(name: Name, ...given: Given<Remote[Name]>): Promise<Result<Remote[Name]>>;
  /** The other end is gone: nothing will be answered any more. */
  end(reason: string): void;
}

/** Calls in both directions over one channel; messages of other types are left to others. */
export function createCalls<Remote extends Api<Remote>, Local extends Api<Local>>(channel: Channel, local: Local): Calls<Remote> {
  const waiting = new Map<number, { resolve(value: never): void; reject(cause: Error): void }>();
  let next = 0;
  let ended: string | undefined;

  channel.onMessage((message) => {
    if (message.type === "call") void answer(message);
    else if (message.type === "result" || message.type === "fault") {
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      // Whoever called knows what it gets: both ends are the same version of this file.
      if (message.type === "result") one?.resolve(message.value as never);
      else one?.reject(errorOf(message.fault));
    }
  });

  async function answer({ id, name, given }: CallMessage & { readonly type: "call" }): Promise<void> {
    try {
      // Names and arguments come from the same version of this file.
      const handlers = local as Readonly<Record<string, unknown>> as Readonly<Record<string, (...given: unknown[]) => unknown>>;
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`no call named ${name}`);
      channel.send({ type: "result", id, value: await handler(...given) });
    } catch (cause) {
      channel.send({ type: "fault", id, fault: faultOf(cause) });
    }
  }

  return {
    call(name, ...given) {
      if (ended !== undefined) return Promise.reject(new Error(ended));
      return new Promise((resolve, reject) => {
        const id = next++;
        waiting.set(id, { resolve, reject });
        channel.send({ type: "call", id, name, given });
      });
    },
    end(reason) {
      ended = reason;
      for (const one of waiting.values()) one.reject(new Error(reason));
      waiting.clear();
    },
  };
}

function faultOf(cause: unknown): Fault {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "serve.bug";
  return { code, message, isModelFault: cause instanceof ModelFault };
}

function errorOf({ code, message, isModelFault }: Fault): Error {
  return isModelFault ? new ModelFault(code, message) : Object.assign(new Error(message), { code });
}
