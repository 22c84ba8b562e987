import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';

const DAY_MS = 86_400_000;
const PATIENCE_MS = 10_000;

/** A certificate that readers accept. */
export interface Certificate {
  /** Whole days until its end. */
  days: number;
  issuer: string;
  protocol: string;
}

/** Until when a server's certificate is good, and who made it. @throws when readers refuse it, with what to do about it */
export function certificateOf(url: string): Promise<Certificate> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((done, fail) => {
    const socket = connect(
      {
        host,
        port: Number(port) || 443,
        ...(isIP(host) === 0 && { servername: host }),
        // What is refused is looked at all the same: it says why.
        rejectUnauthorized: false,
      },
      () => {
        const shown = socket.getPeerCertificate(true);
        const refusal = refusalOf(socket, shown, host);
        const protocol = socket.getProtocol() ?? '';
        socket.destroy();
        if (refusal !== null) return fail(new Error(refusal));
        const days = Math.floor((Date.parse(shown.valid_to) - Date.now()) / DAY_MS);
        done({ days, issuer: issuerOf(shown), protocol });
      },
    );
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} seconds`)));
    socket.once('error', (error) => fail(new Error(`There is no TLS at ${host}: ${error.message}`)));
  });
}

/** Why readers refuse a certificate, and what to do; null when they do not. */
function refusalOf(socket: TLSSocket, shown: DetailedPeerCertificate, host: string): string | null {
  if (socket.authorized) return null;
  const code = String(socket.authorizationError);
  const issuer = issuerOf(shown);
  if (code === 'CERT_HAS_EXPIRED')
    return `The certificate ended on ${dayOf(shown.valid_to)}: renew it, and see why that did not happen by itself.`;
  if (code === 'CERT_NOT_YET_VALID')
    return `The certificate begins on ${dayOf(shown.valid_from)}: a clock is wrong, the server's or that of this machine.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate is for ${namesOf(shown)} and not for ${host}: get one that names ${host} too.`;
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT' || code === 'SELF_SIGNED_CERT_IN_CHAIN')
    return `The certificate is signed by ${issuer} itself, whom no reader trusts: get one from a public authority, such as Let's Encrypt.`;
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')
    return `The certificate is by ${issuer}, and nothing leads from there to an authority that readers trust: have the server send the whole chain (fullchain.pem).`;
  return `Readers refuse the certificate: ${code}.`;
}

function issuerOf({ issuer }: DetailedPeerCertificate): string {
  return [issuer?.O ?? issuer?.CN ?? 'somebody unnamed'].flat().join(', ');
}

const namesOf = ({ subject, subjectaltname }: DetailedPeerCertificate) =>
  subjectaltname?.replace(/\b(?:DNS|IP Address):/g, '') ?? [subject?.CN ?? 'no name'].flat().join(', ');

const dayOf = (date: string) => new Date(date).toISOString().slice(0, 10);
