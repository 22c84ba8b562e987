import type { Outbound } from '../storage/ports.ts';
import type { NodeOutbound, RequestOptions } from './request.ts';

/**
 * The way out, loaded when it is first gone: undici is a quarter of what a start takes in memory, and a site that nobody
 * subscribed to never needs it.
 */
export function createOutbound(options: RequestOptions): NodeOutbound {
  let loading: Promise<NodeOutbound> | null = null;
  let loaded: NodeOutbound | null = null;
  const load = () => {
    loading ??= import('./request.ts').then(({ createRequest }) => {
      loaded = createRequest(options);
      return loaded;
    });
    return loading;
  };
  const outbound: Outbound = (request) => loaded?.(request) ?? load().then((way) => way(request));
  return Object.assign(outbound, {
    download: async (...wanted: Parameters<NodeOutbound['download']>) => (await load()).download(...wanted),
    close: async () => (await loading)?.close(),
  });
}
