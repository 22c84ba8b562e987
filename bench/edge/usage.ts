import { readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks of /proc in a second. */
const TICKS = 100;
const KIBIBYTE = 1024;

/** Seconds of CPU that a process has taken, in all its threads (utime and stime of proc_pid_stat(5)). */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/**
 * Resident memory in bytes, without the pages of the program's own file, which are loaded when they are first used: what it
 * is, and the most that it was since {@link forgetPeak}.
 */
export function memory(pid: number): { now: number; peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) * KIBIBYTE;
  return { now: of('VmRSS') - of('RssFile'), peak: of('VmHWM') - of('RssFile') };
}

/** From now on the peak is what comes (proc_pid_clear_refs(5)). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
