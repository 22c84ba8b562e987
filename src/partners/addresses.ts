/** The key of a partner's feed among all feeds. */
export const feedKeyOf = (id: string) => `partners/${id}`;

/** Whether an address below the server is behind a partner's key. */
export function isPartnerAddress(address: string): boolean {
  return address.startsWith('/partners/');
}

/** The partner whose feed has this key; null when it is no partner's. */
export function partnerOfFeed(key: string): string | null {
  return key.startsWith('partners/') ? key.slice('partners/'.length) : null;
}
