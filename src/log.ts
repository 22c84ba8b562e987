import type { Log, LogFields } from './home.ts';

export type LogStyle = 'pretty' | 'json' | 'silent';

type Level = 'info' | 'warn' | 'error';

/**
 * Lines for people on a terminal, JSON for programs elsewhere.
 *
 * @param print where a line goes; standard error when left out
 */
export function createLog(
  style: LogStyle,
  print: (line: string, level: Level) => void = (line) => console.error(line),
): Log {
  const write = (level: Level, event: string, fields: LogFields = {}) => {
    if (style === 'silent') return;
    const time = new Date().toISOString();
    const facts = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
    const line =
      style === 'json'
        ? JSON.stringify({ time, level, event, ...Object.fromEntries(facts) })
        : `${time.slice(11, 19)} ${level === 'info' ? '' : `${level.toUpperCase()} `}${event} ${facts.map(([name, value]) => `${name}=${value}`).join(' ')}`;
    print(line, level);
  };
  return {
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  };
}
