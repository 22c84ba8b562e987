import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a server needs to speak TLS, in PEM. */
export interface KeyPair {
  key: string;
  cert: string;
}

/** An authority of the tests' own, whom those trust who are given its file. */
export interface Authority {
  /** Its certificate, for NODE_EXTRA_CA_CERTS. */
  file: string;
  /** @param names as subjectAltName writes them, `DNS:localhost,IP:127.0.0.1` */
  issue(names: string, from: Date, to: Date): KeyPair;
  /** A certificate that nobody but its owner has signed. */
  selfSigned(names: string): KeyPair;
  close(): void;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority by Debian's openssl, in a folder of its own. */
export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-authority-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const pair = (name: string): KeyPair => ({
    key: readFileSync(join(folder, `${name}.key`), 'utf8'),
    cert: readFileSync(join(folder, `${name}.pem`), 'utf8'),
  });
  const selfSign = (name: string, ...more: string[]) =>
    openssl('req', '-x509', ...KEY, '-days', '90', '-keyout', `${name}.key`, '-out', `${name}.pem`, ...more);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(
    join(folder, 'ca.cnf'),
    '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n',
  );
  selfSign('authority', '-subj', '/O=Tidings tests/CN=Authority of the tests');
  let issued = 0;
  return {
    file: join(folder, 'authority.pem'),
    issue(names, from, to) {
      issued += 1;
      const name = `server-${issued}`;
      openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=a server');
      writeFileSync(join(folder, 'names.txt'), `subjectAltName=${names}\n`);
      openssl(
        ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', 'authority.pem', '-keyfile', 'authority.key'],
        ...['-extfile', 'names.txt', '-in', `${name}.csr`, '-out', `${name}.pem`],
        ...['-startdate', asn1(from), '-enddate', asn1(to)],
      );
      return pair(name);
    },
    selfSigned(names) {
      selfSign('self', '-subj', '/O=Only me', '-addext', `subjectAltName=${names}`);
      return pair('self');
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** An instant as openssl takes it: YYYYMMDDHHMMSSZ. */
const asn1 = (date: Date) => `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
