/** A page of the documentation, which is deployed beside the Worker; null when there is none of that path. */
export async function readDocs(docs: Fetcher | undefined, path: string): Promise<string | null> {
  const answer = await docs?.fetch(`https://docs/${path}`);
  return answer?.ok ? answer.text() : null;
}
