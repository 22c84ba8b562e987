import type { Env } from '../../src/cloudflare/env.ts';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { fill, repeat } from '../subscribers.ts';
import { countRows } from './rows.ts';

/** Fills the database with `?fill=N` subscriptions, or does a work `?work=NAME` so many `times`, and tells what D1 counted. */
export default {
  async fetch(request, env, ctx) {
    const ask = new URL(request.url).searchParams;
    const { db, rows } = countRows(env.DB);
    const home = createCloudflareHome({ ...env, DB: db }, ctx, {});
    if (ask.has('fill')) await fill(home, Number(ask.get('fill')));
    else await repeat(home, ask.get('work') ?? '', Number(ask.get('times')));
    return Response.json(rows());
  },
} satisfies ExportedHandler<Env>;
