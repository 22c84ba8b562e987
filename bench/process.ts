import { fork } from 'node:child_process';
import { join } from 'node:path';
import { CACHE } from './corpus.ts';

/** Those of `npm start`. */
export const NODE_FLAGS = ['--max-semi-space-size=4'];
export const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '1', NODE_COMPILE_CACHE: join(CACHE, 'compiled') };

/** A script of this folder in a process of its own, which answers one question at a time. */
export interface Helper<Q, A> {
  ask(question: Q): Promise<A>;
  stop(): void;
}

/** Starts a script that calls {@link answer}. */
export function startHelper<Q extends object, A>(script: string, args: string[] = []): Helper<Q, A> {
  const child = fork(join(import.meta.dirname, script), args, {
    execArgv: NODE_FLAGS,
    env: { ...process.env, ...NODE_ENVIRONMENT },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const onExit = (status: number | null) => reject(new Error(`${script} ended with ${status}.`));
        child.once('exit', onExit);
        child.once('message', (message) => {
          child.off('exit', onExit);
          resolve(message as A);
        });
        child.send(question);
      }),
    stop: () => child.kill('SIGKILL'),
  };
}

/** In such a script: what it answers. */
export function answer<Q, A>(to: (question: Q) => A | Promise<A>): void {
  process.on('message', async (question) => {
    process.send?.(await to(question as Q));
  });
}

/** Epoch milliseconds with their fractions, the same in every process of the machine. */
export function instant(): number {
  return performance.timeOrigin + performance.now();
}
