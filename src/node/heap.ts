import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Per cent by which the heap may grow over what lives in it before it is cleaned again: by itself it doubles and more. */
const GROWTH = 40;
/** Bytes that it may have in any case: with 17 MB alive it was cleaned at every other change, which is a third of its time. */
const AMPLE = 34_000_000;

let observer: PerformanceObserver | null = null;

/** Holds the heap of this process to what it needs, from now on and whatever comes to live in it. */
export function boundHeap(): void {
  if (observer) return;
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(isWhole)) return;
    const alive = getHeapStatistics().used_heap_size;
    const growth = Math.max(GROWTH, Math.round((100 * (AMPLE - alive)) / alive));
    setFlagsFromString(`--heap-growing-percent=${growth}`);
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** Of a cleaning of the whole heap; those of its young part are many. */
function isWhole(entry: PerformanceEntry & { detail?: unknown }): boolean {
  return (entry.detail as { kind?: number } | undefined)?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
