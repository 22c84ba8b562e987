/** Makes a bucket that has nothing but one object of its own name. */
export default {
  async fetch(request, { CONTENT: bucket }) {
    const name = await request.text();
    await bucket.put(name, name);
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<{ CONTENT: R2Bucket }>;
