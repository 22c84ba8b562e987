import ipaddr from 'ipaddr.js';

/** Unique global addresses: all of IPv6 that is given out today. Mapped, site-local and the like lie outside it. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Addresses that look public and are a cloud's own: Azure's metadata and host services. */
const METADATA = new Set(['168.63.129.16']);

/**
 * Ports of services that speak other protocols, to which browsers send nothing either: a line of HTTP may be a command
 * there.
 *
 * @see https://fetch.spec.whatwg.org/#port-blocking
 */
const BLOCKED_PORTS = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190],
  ...[5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
]);

/** Where a request may go, or why not, as the end of a sentence. */
export type Target = { allowed: true; url: URL } | { allowed: false; reason: string };

/**
 * Whether an address (as text, IPv4 or IPv6) is one that the whole Internet can reach, or lies in one of the CIDRs of
 * `allow`. IPv4 inside IPv6 (mapped, NAT64) is judged as the IPv4 address that it is; 6to4, Teredo, reserved,
 * documentation and every other special range of the IANA registries is not public. What is no address is not public.
 */
export function isPublicAddress(ip: string, allow: string[]): boolean {
  const address = parseAddress(ip);
  if (address === null) return false;
  if (isWithin(address, allow)) return true;
  if (METADATA.has(address.toString())) return false;
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST);
}

/** Whether an address lies in one of the CIDRs. */
export function isInCidrs(ip: string, cidrs: string[]): boolean {
  const address = parseAddress(ip);
  return address !== null && isWithin(address, cidrs);
}

/**
 * What can be judged of a target before its name is resolved: http or https, no user or password in it, no port of
 * another protocol, and no address that {@link isPublicAddress} refuses. WHATWG URL parsing has made `0x7f.1` and its like plain by then. A name must be
 * checked again for each address that it resolves to, when the connection is made.
 */
export function checkTarget(address: string | URL, allow: string[]): Target {
  const url = typeof address === 'string' ? URL.parse(address) : address;
  if (url === null) return refuse('is no address');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('is neither http nor https');
  if (url.username !== '' || url.password !== '') return refuse('has a user or password in it');
  if (url.port !== '' && BLOCKED_PORTS.has(Number(url.port)))
    return refuse(`has the port ${url.port}, which is not for HTTP`);
  const host = hostOf(url);
  if (host === '') return refuse('names no host');
  return isClosed(host, allow) ? refuse('is an address that is not public') : { allowed: true, url };
}

/** Whether a host is itself an address that is not public. */
function isClosed(host: string, allow: string[]): boolean {
  const literals = host === 'localhost' || host.endsWith('.localhost') ? ['127.0.0.1', '::1'] : [host];
  return literals.every((ip) => parseAddress(ip) !== null) && !literals.some((ip) => isPublicAddress(ip, allow));
}

/** The host that a URL names, without brackets, without a closing dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** CIDRs from a comma-separated list; a lone address is a range of one. Throws naming what is none. */
export function parseCidrs(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const cidr = part.includes('/') ? part : `${part}/${part.includes(':') ? 128 : 32}`;
      if (!ipaddr.isValidCIDR(cidr)) throw new TypeError(`${JSON.stringify(part)} is no CIDR such as 10.0.0.0/8.`);
      return cidr;
    });
}

function refuse(reason: string): Target {
  return { allowed: false, reason };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Texts that were read last. Those who come and those who are told are few beside how often each is asked for. */
const KEPT_ADDRESSES = 1_000;
const addresses = new Map<string, Address | null>();

/** An address as what it reaches; null for a text that is none. */
function parseAddress(ip: string): Address | null {
  let known = addresses.get(ip);
  if (known === undefined) {
    known = readAddress(ip);
    if (addresses.size >= KEPT_ADDRESSES) addresses.clear();
    addresses.set(ip, known);
  }
  return known;
}

/** IPv4 that comes as IPv6 is unwrapped. */
function readAddress(ip: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(ip)) return ipaddr.IPv4.parse(ip);
  if (!ipaddr.IPv6.isValid(ip)) return null;
  const wide = ipaddr.IPv6.parse(ip);
  if (wide.isIPv4MappedAddress()) return wide.toIPv4Address();
  // RFC 6052: an IPv6-only network reaches IPv4 through 64:ff9b::/96.
  if (wide.range() === 'rfc6052') return new ipaddr.IPv4(wide.toByteArray().slice(12));
  return wide;
}

function isWithin(address: Address, cidrs: string[]): boolean {
  return cidrs.some((cidr) => {
    const [base, bits] = rangeOf(cidr);
    return base.kind() === address.kind() && address.match(base, bits);
  });
}

const ranges = new Map<string, [Address, number]>();

/** The few ranges of the configuration are asked for with each request, so they are read once. */
function rangeOf(cidr: string): [Address, number] {
  const range = ranges.get(cidr) ?? ipaddr.parseCIDR(cidr);
  ranges.set(cidr, range);
  return range;
}
