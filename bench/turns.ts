/**
 * Runs contestants in turn, A B A B …: what else the machine does then hits all of them alike.
 *
 * @returns what each gave, round by round
 */
export async function inTurn<K extends string, T = number>(
  rounds: number,
  contestants: Record<K, () => T | Promise<T>>,
): Promise<Record<K, T[]>> {
  const names = Object.keys(contestants) as K[];
  const given = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) given[name].push(await contestants[name]());
  }
  return given;
}

/** Milliseconds that a work takes. */
export async function milliseconds(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
