import { connect } from 'node:tls';

const DAY_MS = 86_400_000;
const PATIENCE_MS = 10_000;

/** Until when a server's certificate is good, and who made it. @throws when it is not, or there is no connection */
export function certificateOf(url: string): Promise<{ days: number; issuer: string; protocol: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((done, fail) => {
    const socket = connect({ host: hostname, port: Number(port) || 443, servername: hostname }, () => {
      const certificate = socket.getPeerCertificate();
      const days = Math.floor((Date.parse(certificate.valid_to) - Date.now()) / DAY_MS);
      const { O: organization, CN: name } = certificate.issuer ?? {};
      done({ days, issuer: String(organization ?? name ?? 'somebody unnamed'), protocol: socket.getProtocol() ?? '' });
      socket.destroy();
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} seconds`)));
    socket.once('error', fail);
  });
}
