import { MEANT, PLAIN } from '../edge/stores.ts';

/**
 * D1 and R2 for a Worker in another process: what its bindings send is handed to the simulation as it is. A POST of
 * anybody else makes a bucket that has nothing but one object of its own name.
 */
export default {
  async fetch(request, env) {
    const meant = request.headers.get(MEANT);
    if (meant !== null) return (env[PLAIN + meant] as Fetcher).fetch(request);
    const { binding, bucket } = await request.json<{ binding: string; bucket: string }>();
    await (env[binding] as R2Bucket).put(bucket, bucket);
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<Record<string, unknown>>;
