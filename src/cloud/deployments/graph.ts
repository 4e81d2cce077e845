/** What has to be done and what must be done before it. */
export interface Task {
  readonly key: string;
  readonly dependsOn: readonly string[];
}

export interface TaskFailure<T> {
  readonly task: T;
  readonly error: unknown;
}

/**
 * Runs every task as soon as those it depends on are done, all that are ready at once. After the first failure nothing
 * more is started; what runs is waited for. Dependencies on keys that are not among the tasks are ignored.
 */
export async function runGraph<T extends Task>(
  tasks: readonly T[],
  run: (task: T) => Promise<void>,
  mayStart: () => boolean,
): Promise<TaskFailure<T>[]> {
  const keys = new Set(tasks.map(({ key }) => key));
  const waiting = new Map(tasks.map((task) => [task, new Set(task.dependsOn.filter((key) => keys.has(key)))]));
  const failures: TaskFailure<T>[] = [];

  const takeReady = (done?: string): T[] => {
    const ready: T[] = [];
    for (const [task, dependencies] of waiting) {
      if (done !== undefined && !dependencies.delete(done)) continue;
      if (dependencies.size > 0) continue;
      waiting.delete(task);
      ready.push(task);
    }
    return ready;
  };
  const go = async (task: T): Promise<void> => {
    if (failures.length > 0 || !mayStart()) return;
    try {
      await run(task);
    } catch (error) {
      failures.push({ task, error });
      return;
    }
    await Promise.all(takeReady(task.key).map(go));
  };
  await Promise.all(takeReady().map(go));
  return failures;
}
