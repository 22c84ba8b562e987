import { createLog } from '../log.ts';
import { adminToken, loadConfig, readEnvironment } from '../node/environment.ts';
import { ownPlace, type Place, remotePlace } from '../node/moving.ts';
import { findOwner, own } from '../node/own.ts';
import { CommandError } from './command.ts';
import { remoteOf } from './remote.ts';

/**
 * A server elsewhere, the server that owns the data folder, or where none runs the data folder itself, for as long as the
 * work takes.
 */
export async function withPlace<T>(url: string | undefined, work: (place: Place) => Promise<T>): Promise<T> {
  if (url !== undefined) return work(remotePlace(remoteOf(url.replace(/\/+$/, ''))));
  const environment = readEnvironment();
  const { data, content } = environment;
  const address = findOwner(data)?.address;
  if (address) return work(remotePlace({ url: address, token: adminToken(data) }));
  const config = await loadConfig(environment);
  const owned = own(data);
  if (!owned.owned)
    throw new CommandError(`${data} belongs to process ${owned.by.pid}, which is just starting; try again.`);
  const { createNodeHome } = await import('../node/home.ts');
  const home = createNodeHome({
    dataFolder: data,
    contentFolder: content,
    config,
    adminToken: '',
    allowPrivate: environment.allowPrivate,
    log: createLog('silent'),
  });
  try {
    return await work(ownPlace(home));
  } finally {
    await home.close();
    owned.release();
  }
}
