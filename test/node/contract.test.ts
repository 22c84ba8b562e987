import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createBlobs } from '../../src/node/blobs.ts';
import { createFileSource } from '../../src/node/files.ts';
import { migrate } from '../../src/node/migrate.ts';
import { type Consumer, createQueue } from '../../src/node/queue.ts';
import { createRequest } from '../../src/node/request.ts';
import { createSigner, type Signer } from '../../src/node/signing.ts';
import { openDatabase } from '../../src/node/sqlite.ts';
import { blobsContract } from '../contract/blobs.ts';
import { databaseContract } from '../contract/database.ts';
import { outboundContract } from '../contract/outbound.ts';
import { queueContract } from '../contract/queue.ts';
import { signingContract } from '../contract/signing.ts';
import { sourceContract } from '../contract/source.ts';

const base = mkdtempSync(join(tmpdir(), 'tidings-contract-'));
const signers: Signer[] = [];
afterAll(async () => {
  rmSync(base, { recursive: true });
  await Promise.all(signers.map((signer) => signer.close()));
});
const folder = () => mkdtempSync(join(base, 'x'));

function openMigrated() {
  const db = openDatabase(join(folder(), 'tidings.sqlite'));
  migrate(db);
  return db;
}

databaseContract(openMigrated);
blobsContract(() => createBlobs(folder()));
sourceContract(() => createFileSource(folder()));
outboundContract((allowPrivate) => createRequest({ allowPrivate }));
queueContract(() => {
  const queue = createQueue(openMigrated(), { now: Date.now });
  let consumer: Consumer | undefined;
  return {
    queue,
    consume(handler) {
      consumer = queue.consume(handler);
    },
    stop: async () => consumer?.stop(),
  };
});
signingContract(() => {
  const signer = createSigner(createLog('silent'));
  signers.push(signer);
  return signer;
});
