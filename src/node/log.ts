import type { Log, LogFields } from '../home.ts';

export type LogStyle = 'pretty' | 'json' | 'silent';

/** Lines on standard error: for people on a terminal, JSON for programs elsewhere. */
export function createLog(style: LogStyle, now: () => number = Date.now): Log {
  const write = (level: 'info' | 'warn' | 'error', event: string, fields: LogFields = {}) => {
    if (style === 'silent') return;
    const time = new Date(now()).toISOString();
    const facts = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
    const line =
      style === 'json'
        ? JSON.stringify({ time, level, event, ...Object.fromEntries(facts) })
        : `${time.slice(11, 19)} ${level === 'info' ? '' : `${level.toUpperCase()} `}${event} ${facts.map(([name, value]) => `${name}=${value}`).join(' ')}`;
    process.stderr.write(`${line}\n`);
  };
  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  };
}
