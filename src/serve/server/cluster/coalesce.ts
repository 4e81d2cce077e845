/**
 * One call at a time. Whoever asks while one is under way gets the answer of the next, which is made once that one has ended
 * and serves all of them: nobody is told what was true before they asked, and a slow answer piles nothing up.
 */
export function coalesce<T>(call: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = () => {
    running = call().finally(() => (running = undefined));
    return running;
  };
  const follow = () => {
    next = undefined;
    return running ?? start();
  };
  return () => (running === undefined ? start() : (next ??= running.then(follow, follow)));
}
