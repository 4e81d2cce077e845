import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { QuaysideError } from "../report/index.ts";
import type { Store } from "./contract.ts";

export interface OpenStore extends Store {
  /** How many transactions were undone: whatever was derived from their writes is stale. */
  rollbacks(): number;
  /** Takes every document away but those of one collection; counts as undone. */
  clearAllBut(collection: string): void;
  close(): void;
}

/** SQLite's primary result codes (the low byte of the extended ones) that a user can do something about. */
const BUSY = 5;
const FAILURES: Readonly<Record<number, { code: string; problem: string; hint: string }>> = {
  8: {
    code: "cloud.state-read-only",
    problem: "cannot be written",
    hint: "give the folder write permission or choose another one",
  },
  10: { code: "cloud.state-unreadable", problem: "cannot be read or written", hint: "check the disk" },
  11: { code: "cloud.state-corrupt", problem: "is damaged", hint: "run `quayside cloud reset` to start with an empty one" },
  13: { code: "cloud.disk-full", problem: "has no room left on its disk", hint: "free some space and try again" },
  14: { code: "cloud.state-unreadable", problem: "cannot be opened", hint: "check that the folder exists and is yours" },
  26: {
    code: "cloud.state-corrupt",
    problem: "is not a database",
    hint: "run `quayside cloud reset` to start with an empty one",
  },
};

/**
 * Opens `{stateDir}/cloud.db` for this process alone. The lock is SQLite's own on the file, so the operating system lets
 * go of it however the owner ends; the pid beside it only serves the message.
 */
export function openStore(stateDir: string): OpenStore {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new QuaysideError(`the state folder ${stateDir} cannot be made`, {
      code: "cloud.state-unreadable",
      fault: "user",
      cause,
    });
  }
  const pidFile = join(stateDir, "cloud.pid");
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translate(error, stateDir, pidFile);
    }
  };
  const database = guarded(() => open(join(stateDir, "cloud.db")));
  guarded(() => writeFileSync(pidFile, `${process.pid}\n`));

  const select = database.prepare("select value from documents where collection = ? and key = ?");
  const upsert = database.prepare("insert or replace into documents (collection, key, value) values (?, ?, ?)");
  const remove = database.prepare("delete from documents where collection = ? and key = ?");
  const all = database.prepare("select key, value from documents where collection = ? order by key");
  const range = database.prepare("select key, value from documents where collection = ? and key >= ? and key < ? order by key");
  let depth = 0;
  let undone = 0;
  let waiting: (() => void)[] = [];

  return {
    get<T>(collection: string, key: string) {
      const row = guarded(() => select.get(collection, key));
      return row === undefined ? undefined : (JSON.parse(String(row.value)) as T);
    },
    put: (collection, key, value) => void guarded(() => upsert.run(collection, key, JSON.stringify(value))),
    delete: (collection, key) => guarded(() => remove.run(collection, key)).changes > 0,
    list<T>(collection: string, prefix = "") {
      const rows = guarded(() => (prefix === "" ? all.all(collection) : range.all(collection, prefix, `${prefix}\u{10ffff}`)));
      return rows.map((row) => ({ key: String(row.key), value: JSON.parse(String(row.value)) as T }));
    },
    transaction<T>(work: () => T): T {
      if (depth > 0) return work(); // part of the transaction that is open
      guarded(() => database.exec("begin immediate"));
      depth += 1;
      let result: T;
      try {
        result = work();
        guarded(() => database.exec("commit"));
      } catch (error) {
        undone += 1;
        waiting = [];
        if (database.isTransaction) database.exec("rollback");
        throw error;
      } finally {
        depth -= 1;
      }
      const due = waiting;
      waiting = [];
      for (const each of due) each();
      return result;
    },
    afterCommit(work) {
      if (depth > 0) waiting.push(work);
      else work();
    },
    rollbacks: () => undone,
    clearAllBut: (collection) => {
      guarded(() => database.prepare("delete from documents where collection <> ?").run(collection));
      undone += 1;
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    // Exclusive locking: the first write below takes the lock for the life of the connection.
    database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;");
    database.exec("begin immediate");
    database.exec(
      "create table if not exists documents (collection text not null, key text not null, value text not null, primary key (collection, key)) without rowid, strict",
    );
    database.exec("commit");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

function translate(error: unknown, stateDir: string, pidFile: string): unknown {
  const extended = (error as { errcode?: unknown }).errcode;
  const primary = typeof extended === "number" ? extended & 0xff : undefined;
  if (primary === BUSY) {
    return new QuaysideError(`the state folder ${stateDir} is in use by process ${ownerOf(pidFile)}`, {
      code: "cloud.state-in-use",
      fault: "user",
      hint: "stop that process, or choose another folder",
      cause: error,
    });
  }
  const failure = primary === undefined ? undefined : FAILURES[primary];
  if (failure !== undefined) {
    return new QuaysideError(`the state in ${stateDir} ${failure.problem}`, {
      code: failure.code,
      fault: "user",
      hint: failure.hint,
      cause: error,
    });
  }
  if ((error as { code?: unknown }).code === "ENOSPC") {
    return new QuaysideError(`the state folder ${stateDir} has no room left on its disk`, {
      code: "cloud.disk-full",
      fault: "user",
      cause: error,
    });
  }
  return error;
}

function ownerOf(pidFile: string): string {
  try {
    return readFileSync(pidFile, "utf8").trim();
  } catch {
    return "(unknown)";
  }
}
